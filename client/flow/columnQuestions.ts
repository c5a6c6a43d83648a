import type { DataDescription, TableColumns } from '../../server/protocol/worker.ts';
import { failureOf } from '../serverFailure.ts';
import type { ServerRequester } from '../serverRequests.ts';
import { columnsEntry } from './choices.ts';
import { askOne, askSome, type Answer } from './questions.ts';
import { takeSteps, type Outcome, type StepPlace } from './steps.ts';

interface ColumnAnswers {
  readonly columns: readonly string[];
  /** The column with the class of each row; null for none. */
  readonly labels: string | null;
  readonly description: DataDescription | null;
}

/** Asks which columns of a table are modalities, and which one names the class of each row. */
export async function askColumns(
  server: ServerRequester,
  title: string,
  table: TableColumns,
  baseUri: string,
  place: StepPlace,
): Promise<Outcome<DataDescription>> {
  const inside = { ...place, canGoBack: true };
  const steps = [
    {
      applies: () => true,
      ask: async (answers: ColumnAnswers): Promise<Outcome<ColumnAnswers>> => {
        const recognised = Object.values(table.recognised);
        const outcome = await askSome(
          { title, placeholder: 'Which columns? Each becomes a modality', place: inside },
          table.columns.map(({ name, type }) => ({
            label: name,
            description: type,
            picked: recognised.length === 0 || recognised.includes(name),
            value: name,
          })),
        );
        return outcome.kind === 'next'
          ? { kind: 'next', state: { ...answers, columns: outcome.state } }
          : outcome;
      },
    },
    {
      applies: ({ columns }: ColumnAnswers) => columns.length < table.columns.length,
      ask: async (answers: ColumnAnswers): Promise<Outcome<ColumnAnswers>> => {
        const outcome = await askOne(
          { title, placeholder: 'Which column names the class of each row?', place: inside },
          labelAnswers(table, answers.columns),
        );
        return outcome.kind === 'next'
          ? { kind: 'next', state: { ...answers, labels: outcome.state } }
          : outcome;
      },
    },
    {
      applies: () => true,
      ask: (answers: ColumnAnswers): Promise<Outcome<ColumnAnswers>> =>
        describe(server, title, table, answers, baseUri, inside),
    },
  ];
  const initial = { columns: [], labels: null, description: null };
  const outcome = await takeSteps<ColumnAnswers>(steps, initial, true);
  return outcome.kind === 'next' ? { kind: 'next', state: outcome.state.description! } : outcome;
}

function labelAnswers({ columns }: TableColumns, taken: readonly string[]): readonly Answer<string | null>[] {
  return [
    { label: '$(circle-slash) None', value: null },
    ...columns
      .filter(({ name }) => !taken.includes(name))
      .map(({ name, type }) => ({ label: name, description: type, value: name })),
  ];
}

/** Looks into what was chosen; says why where it cannot be measured, with a way back alone. */
async function describe(
  server: ServerRequester,
  title: string,
  table: TableColumns,
  answers: ColumnAnswers,
  baseUri: string,
  place: StepPlace,
): Promise<Outcome<ColumnAnswers>> {
  const { columns, labels } = answers;
  const data = {
    ...table.data,
    columns: columnsEntry(columns, table.recognised),
    ...(labels !== null && { labels }),
  };
  try {
    const description = await server.request('describeEntry', { data, baseUri });
    return { kind: 'next', state: { ...answers, description } };
  } catch (error) {
    const outcome = await askOne({ title, placeholder: 'These columns cannot be measured', place }, [
      { label: '$(arrow-left) Choose others', detail: failureOf(error).message, value: null },
    ]);
    return outcome.kind === 'next' ? { kind: 'back' } : outcome;
  }
}
