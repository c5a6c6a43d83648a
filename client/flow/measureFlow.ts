import * as vscode from 'vscode';
import type { ExperimentFile } from '../../server/protocol/lsp.ts';
import type { DataDescription } from '../../server/protocol/worker.ts';
import { failureOf } from '../serverFailure.ts';
import type { ServerRequester } from '../serverRequests.ts';
import {
  describeDescription,
  describeModalities,
  describeModality,
  encoderEntries,
  hasColumns,
  listed,
  measurementName,
  sampleRows,
  toEmbed,
  withModalities,
  type EncoderChoice,
} from './choices.ts';
import { dataFolder, describeSource, sourceName, type DataSource } from './dataSource.ts';
import { askEncoders, type EncoderChoices } from './encoderQuestion.ts';
import { askOne, askSome, type Answer } from './questions.ts';
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
  readonly end?: { readonly limit: number | null; readonly isSaved: boolean };
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
    name: measurementName(sourceName(source)),
    source,
    description,
    encoders: encoderEntries(description, encoders),
    ...end,
    baseUri: dataFolder(source),
  };
}

function measureSteps(server: ServerRequester, asksForData: boolean): Step<Answers>[] {
  const describe = rememberedDescriptions(server);
  const goesOn = ({ source, isByHand }: Answers): boolean =>
    source?.kind !== 'experiment' && isByHand !== true;
  return [
    {
      applies: () => asksForData,
      ask: (answers, place) => askData(server, answers, place),
    },
    {
      applies: goesOn,
      ask: (answers, place) => askModalities(describe, answers, place),
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
      ask: (answers, place) => askEnd(answers, place),
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
        'Embeddings (npy, npz, safetensors), tables (CSV, Parquet, JSON Lines), archives (tar), captions (JSON)',
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
  describe: (source: DataSource) => Promise<DataDescription>,
  answers: Answers,
  place: StepPlace,
): Promise<Outcome<Answers>> {
  const describing = describe(answers.source!);
  const outcome = await askOne(
    { title, placeholder: `Looking into ${sourceName(answers.source!)}`, place },
    describing.then(modalityAnswers, failureAnswers),
  );
  if (outcome.kind !== 'next') return outcome;
  switch (outcome.state) {
    case 'by-hand':
      return { kind: 'next', state: { ...answers, isByHand: true } };
    case 'back':
      return { kind: place.canGoBack ? 'back' : 'cancelled' };
    case 'all':
      return { kind: 'next', state: { ...answers, description: await describing } };
    case 'some': {
      const description = await describing;
      const chosen = await askSome(
        { title, placeholder: 'Which modalities?', place: { ...place, canGoBack: true } },
        description.modalities.map((modality) => ({
          label: modality.name,
          description: describeModality(modality),
          value: modality.name,
        })),
      );
      if (chosen.kind === 'back') return askModalities(describe, answers, place);
      return chosen.kind === 'next'
        ? { kind: 'next', state: { ...answers, description: withModalities(description, chosen.state) } }
        : chosen;
    }
  }
}

type ModalityAnswer = Answer<'all' | 'some' | 'by-hand' | 'back'>;

const byHand: ModalityAnswer = {
  label: '$(edit) Say it in an experiment file…',
  detail: 'Columns, folders, limits and metrics, with completion',
  value: 'by-hand',
};

function modalityAnswers(description: DataDescription): ModalityAnswer[] {
  const names = description.modalities.map(({ name }) => name);
  return [
    {
      label: `$(check) Measure ${listed(names)}`,
      description: describeDescription(description),
      detail: describeModalities(description),
      value: 'all',
    },
    ...(hasColumns(description)
      ? [{ label: '$(list-selection) Choose among them…', value: 'some' as const }]
      : []),
    byHand,
  ];
}

function failureAnswers(error: unknown): ModalityAnswer[] {
  return [
    { label: '$(error) These data cannot be read', detail: failureOf(error).message, value: 'back' },
    byHand,
  ];
}

async function askEnd(answers: Answers, place: StepPlace): Promise<Outcome<Answers>> {
  const { rows } = answers.description!;
  const isLarge = rows === null || rows > sampleRows;
  const all = rows === null ? 'all rows' : `${rows.toLocaleString('en')} rows`;
  const outcome = await askOne({ title, placeholder: 'Ready', place }, [
    {
      label: `$(play) Measure ${all}`,
      value: { limit: null, isSaved: false },
    },
    ...(isLarge
      ? [
          {
            label: `$(run-below) Measure ${sampleRows.toLocaleString('en')} rows first`,
            value: { limit: sampleRows, isSaved: false },
          },
        ]
      : []),
    {
      label: '$(save) Save as an experiment file and measure…',
      detail: 'A *.gap.yaml that can be edited, kept and run again',
      value: { limit: null, isSaved: true },
    },
  ]);
  return outcome.kind === 'next' ? { kind: 'next', state: { ...answers, end: outcome.state } } : outcome;
}

/** Descriptions by source, each asked for once: going back and forth does not look into the data again. */
function rememberedDescriptions(server: ServerRequester): (source: DataSource) => Promise<DataDescription> {
  const known = new Map<DataSource, Promise<DataDescription>>();
  return (source) => {
    const description = known.get(source) ?? describeSource(server, source, dataFolder(source));
    known.set(source, description);
    return description;
  };
}
