import * as vscode from 'vscode';
import type { ExperimentFile } from '../../server/protocol/lsp.ts';
import type { DataDescription, TableColumns } from '../../server/protocol/worker.ts';
import { failureOf } from '../serverFailure.ts';
import type { ServerRequester } from '../serverRequests.ts';
import {
  describeDescription,
  describeModalities,
  encoderEntries,
  isUnnamed,
  listed,
  modalityNames,
  renamedData,
  toEmbed,
  type EncoderChoice,
} from './choices.ts';
import { askColumns } from './columnQuestions.ts';
import { columnsOf, dataFolder, describeSource, sourceName, type DataSource } from './dataSource.ts';
import { encoderDescriber, hasModel, lookIntoModels } from './encoderModels.ts';
import { askEncoders, type EncoderChoices } from './encoderQuestion.ts';
import { askEnd, type EndChoice } from './endQuestion.ts';
import { askOne, askText, backWith, type Answer } from './questions.ts';
import { takeSteps, type Outcome, type Step, type StepPlace } from './steps.ts';

/** What is to be measured, once all is chosen. */
export type MeasureChoice =
  | { readonly kind: 'file'; readonly uri: vscode.Uri }
  | {
      readonly kind: 'choices';
      readonly name: string;
      readonly source: DataSource;
      readonly description: DataDescription;
      readonly encoders: Readonly<Record<string, EncoderChoice>>;
      readonly limit: number | null;
      readonly baseUri: vscode.Uri;
      /** Whether the choices are to be written to an experiment file first. */
      readonly isSaved: boolean;
    }
  | { readonly kind: 'new-experiment' };

interface Answers {
  readonly source?: DataSource;
  readonly description?: DataDescription;
  readonly encoders?: EncoderChoices;
  readonly end?: EndChoice;
  /** The rest is written by hand. */
  readonly isByHand?: boolean;
}

const title = 'Measure Modality Gap';

/**
 * Asks for data, modalities, encoder and extent, each with a default that Enter takes.
 *
 * @param uris what was selected; where there is something, the data are not asked for.
 * @returns undefined when it was cancelled.
 */
export async function askWhatToMeasure(
  server: ServerRequester,
  uris: readonly vscode.Uri[],
): Promise<MeasureChoice | undefined> {
  const initial: Answers = uris.length > 0 ? { source: { kind: 'paths', uris } } : {};
  const outcome = await takeSteps<Answers>(measureSteps(server, uris.length === 0), initial);
  if (outcome.kind !== 'next') return undefined;
  const { source, description, encoders = {}, end, isByHand } = outcome.state;
  if (isByHand === true) return { kind: 'new-experiment' };
  if (source?.kind === 'experiment') return { kind: 'file', uri: source.uri };
  if (source === undefined || description === undefined || end === undefined) return undefined;
  return {
    kind: 'choices',
    name: sourceName(source),
    source,
    description,
    encoders: encoderEntries(description, encoders),
    ...end,
    baseUri: dataFolder(source),
  };
}

function measureSteps(server: ServerRequester, asksForData: boolean): Step<Answers>[] {
  const looks = rememberedLooks(server);
  const goesOn = ({ source, isByHand }: Answers): boolean =>
    source?.kind !== 'experiment' && isByHand !== true;
  return [
    {
      applies: () => asksForData,
      ask: (answers, place) => askData(server, answers, place),
    },
    {
      applies: goesOn,
      ask: (answers, place) => askModalities(server, looks, answers, place),
    },
    {
      applies: ({ description }) => description?.modalities.some(isUnnamed) === true,
      ask: (answers, place) => askNames(answers, place),
    },
    {
      applies: (answers) =>
        goesOn(answers) && (answers.description === undefined || toEmbed(answers.description).length > 0),
      async ask(answers, place) {
        const outcome = await askEncoders(title, toEmbed(answers.description!), place);
        return outcome.kind === 'next'
          ? { kind: 'next', state: { ...answers, encoders: outcome.state } }
          : outcome;
      },
    },
    {
      applies: goesOn,
      async ask(answers, place) {
        const description = answers.description!;
        const encoders = encoderEntries(description, answers.encoders ?? {});
        const describe = encoderDescriber(server, dataFolder(answers.source!).toString());
        const findings = Object.values(encoders).some(hasModel)
          ? lookIntoModels(description, encoders, describe)
          : null;
        const outcome = await askEnd(title, description, findings, place);
        return outcome.kind === 'next'
          ? { kind: 'next', state: { ...answers, end: outcome.state } }
          : outcome;
      },
    },
  ];
}

async function askData(
  server: ServerRequester,
  answers: Answers,
  place: StepPlace,
): Promise<Outcome<Answers>> {
  for (;;) {
    const outcome = await askOne(
      { title, placeholder: 'What do you want to measure?', place },
      dataAnswers(server),
    );
    if (outcome.kind !== 'next') return outcome;
    const source =
      outcome.state === 'files' || outcome.state === 'folder'
        ? await openPaths(outcome.state)
        : outcome.state;
    if (source !== undefined) return { kind: 'next', state: { ...answers, source } };
  }
}

async function dataAnswers(server: ServerRequester): Promise<Answer<DataSource | 'files' | 'folder'>[]> {
  const experiments = await server
    .request('listExperiments', null)
    .catch((): readonly ExperimentFile[] => []);
  return [
    {
      label: '$(files) Choose files…',
      detail:
        'Embeddings (npy, npz, safetensors, pt, HDF5, Arrow), tables (CSV, Parquet, JSON Lines), archives (tar), captions (JSON)',
      value: 'files',
    },
    {
      label: '$(folder) Choose a folder…',
      detail: 'Images, audio or videos with captions beside them, or a folder for each class',
      value: 'folder',
    },
    {
      label: '$(symbol-color) Built-in scenes',
      detail: '512 rendered scenes with captions: a first measurement that needs no data',
      value: { kind: 'scenes' },
    },
    ...experiments.map(({ uri, name }) => {
      const file = vscode.Uri.parse(uri);
      return {
        label: `$(beaker) ${name}`,
        description: vscode.workspace.asRelativePath(file),
        value: { kind: 'experiment', uri: file } as const,
      };
    }),
  ];
}

async function openPaths(what: 'files' | 'folder'): Promise<DataSource | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const uris = await vscode.window.showOpenDialog({
    title: what === 'files' ? 'Files to measure' : 'Folder to measure',
    openLabel: 'Measure',
    canSelectFiles: what === 'files',
    canSelectFolders: what === 'folder',
    canSelectMany: what === 'files',
    ...(folder !== undefined && { defaultUri: folder.uri }),
  });
  if (uris === undefined || uris.length === 0) return undefined;
  const [first] = uris;
  return uris.length === 1 && /\.gap\.ya?ml$/i.test(first!.path)
    ? { kind: 'experiment', uri: first! }
    : { kind: 'paths', uris };
}

async function askModalities(
  server: ServerRequester,
  looks: Looks,
  answers: Answers,
  place: StepPlace,
): Promise<Outcome<Answers>> {
  const source = answers.source!;
  const { description: describing, columns: listing } = looks(source);
  const outcome = await askOne(
    { title, placeholder: `Looking into ${sourceName(source)}`, place },
    modalityAnswers(describing, listing),
  );
  if (outcome.kind !== 'next') return outcome;
  switch (outcome.state) {
    case 'by-hand':
      return { kind: 'next', state: { ...answers, isByHand: true } };
    case 'back':
      return backWith(
        await describing.then(
          () => '',
          (error: unknown) => failureOf(error).message,
        ),
        place,
      );
    case 'all':
      return { kind: 'next', state: { ...answers, description: await describing } };
    case 'columns': {
      const table = (await listing)!;
      const chosen = await askColumns(server, title, table, dataFolder(source).toString(), place);
      if (chosen.kind === 'back') return askModalities(server, looks, answers, place);
      return chosen.kind === 'next'
        ? { kind: 'next', state: { ...answers, description: chosen.state } }
        : chosen;
    }
  }
}

type ModalityAnswer = Answer<'all' | 'columns' | 'by-hand' | 'back'>;

/** What the data hold, or why they cannot be read; and in either case the columns, where they are a table. */
async function modalityAnswers(
  describing: Promise<DataDescription>,
  listing: Promise<TableColumns | null>,
): Promise<ModalityAnswer[]> {
  const [first, table] = await Promise.all([
    describing.then(
      (description): ModalityAnswer => ({
        label: `$(check) Measure ${listed(description.modalities.map(({ name }) => name))}`,
        description: describeDescription(description),
        detail: describeModalities(description),
        value: 'all',
      }),
      (error: unknown): ModalityAnswer => ({
        label: '$(error) These data cannot be read',
        detail: failureOf(error).message,
        value: 'back',
      }),
    ),
    listing.catch(() => null),
  ]);
  const columns: ModalityAnswer[] =
    table === null || table.columns.length === 0
      ? []
      : [
          {
            label: '$(list-selection) Choose columns…',
            detail: listed(table.columns.map(({ name }) => name)),
            value: 'columns',
          },
        ];
  const byHand: ModalityAnswer = {
    label: '$(edit) Say it in an experiment file…',
    detail: 'Columns, folders, limits and metrics, with completion',
    value: 'by-hand',
  };
  // Where they are not understood as they are, what helps comes first.
  return first.value === 'all' ? [first, ...columns, byHand] : [...columns, first, byHand];
}

/** Asks what modalities are called that have no name in the data. Enter leaves them numbered. */
async function askNames(answers: Answers, place: StepPlace): Promise<Outcome<Answers>> {
  const description = answers.description!;
  const { modalities } = description;
  const outcome = await askText({
    title,
    placeholder: 'Names of the modalities, separated by commas, such as image, text',
    place,
    value: modalities.map(({ name }) => name).join(', '),
    problemOf(text) {
      const found = modalityNames(text, modalities.length);
      return 'problem' in found ? found.problem : null;
    },
  });
  if (outcome.kind !== 'next') return outcome;
  const found = modalityNames(outcome.state, modalities.length);
  const names = 'names' in found ? found.names : modalities.map(({ name }) => name);
  return { kind: 'next', state: { ...answers, description: renamed(description, names) } };
}

function renamed(description: DataDescription, names: readonly string[]): DataDescription {
  return {
    ...description,
    data: renamedData(description.data, names),
    modalities: description.modalities.map((modality, index) => ({ ...modality, name: names[index]! })),
  };
}

/** What is found in a source. */
type Looks = (source: DataSource) => {
  readonly description: Promise<DataDescription>;
  readonly columns: Promise<TableColumns | null>;
};

/** Looks into each source once: going back and forth does not do it again. */
function rememberedLooks(server: ServerRequester): Looks {
  const known = new Map<DataSource, ReturnType<Looks>>();
  return (source) => {
    const base = dataFolder(source);
    const found = known.get(source) ?? {
      description: describeSource(server, source, base),
      columns: columnsOf(server, source, base),
    };
    known.set(source, found);
    return found;
  };
}
