import { checkAgainstData } from '../config/dataChecks.ts';
import type { ExperimentConfig } from '../config/schema.ts';
import { valueAt } from '../config/schemaWalk.ts';
import { needsEncoders } from '../config/sharedEncoder.ts';
import type { Content } from '../engine/datasets/dataset.ts';
import type { OpenDataFacts } from '../engine/run.ts';
import type { DocumentProblem } from './documentProblem.ts';
import type { DataEntryFacts, FactProblem, Facts } from './facts.ts';
import type { GapDocument, Path } from './gapDocument.ts';
import { dataFactsOf, dataOf, isProblem } from './knownData.ts';

/** What a reader refuses where it can read the data, but not give the classes that are asked for. */
const classCodes = ['unknown-class', 'labels-missing'];

/** That the data cannot be read, and why. */
export function unreadableData({ value, uri }: GapDocument, facts: Facts): DocumentProblem[] {
  const known = dataOf(value, uri, facts);
  if (known === undefined || !isProblem(known)) return [];
  const isOfClasses = classCodes.includes(known.problem.code);
  return [
    isOfClasses
      ? { ...factProblem(known, ['data', 'classes']), at: 'key' }
      : factProblem(known, placeOfPath(value, ['data'])),
  ];
}

/** What a run will say of its data: said before it runs. */
export function dataNotes({ value, uri }: GapDocument, facts: Facts): DocumentProblem[] {
  const path = placeOfPath(value, ['data']);
  return (dataFactsOf(value, uri, facts)?.notes ?? []).map(({ code, message }) => ({
    code,
    severity: 'information',
    message,
    path,
    at: 'value',
  }));
}

/** A reason why something cannot be read, at the value that names it. */
export function factProblem({ problem }: FactProblem, path: Path): DocumentProblem {
  const { code, message, uri } = problem;
  return {
    code,
    severity: 'error',
    message,
    path,
    at: 'value',
    ...(uri === null ? {} : { related: [{ uri, message: 'The file at fault' }] }),
  };
}

/** The key of an entry that names what it reads; its kind where there is none. */
export function placeOfPath(value: unknown, entry: Path): Path {
  const keys = ['path', 'sql', 'files', 'model', 'kind'];
  const key = keys.find((candidate) => valueAt(value, [...entry, candidate]) !== undefined);
  return key === undefined ? entry : [...entry, key];
}

/** What a valid configuration has against its data: as before a run, and what only the data tell. */
export function dataProblems(
  document: GapDocument,
  config: ExperimentConfig,
  facts: Facts,
): DocumentProblem[] {
  const data = dataFactsOf(document.value, document.uri, facts);
  if (data === undefined) return [];
  const open = openFacts(data);
  return [
    ...checkAgainstData(config, open),
    ...missingEncoders(document, config, data, open),
    ...unequalColumns(document, data),
  ];
}

function openFacts({ rows, modalities }: DataEntryFacts): OpenDataFacts {
  const contents = modalities.flatMap(({ name, content }): [string, Content][] =>
    content === null ? [] : [[name, content]],
  );
  const dimension = modalities[0]?.dimension ?? null;
  return {
    modalities: modalities.map(({ name }) => name),
    ...(rows === null ? {} : { rows }),
    ...(dimension === null ? {} : { dimension }),
    contents: contents.length === 0 ? null : Object.fromEntries(contents),
  };
}

function missingEncoders(
  document: GapDocument,
  config: ExperimentConfig,
  { modalities }: DataEntryFacts,
  open: OpenDataFacts,
): DocumentProblem[] {
  if (open.contents === null) return [];
  const isWritten = document.entryAt(['encoders']) !== undefined;
  const base = { path: [isWritten ? 'encoders' : 'data'], at: 'key' } as const;
  if (needsEncoders(config, open)) {
    const message =
      'No encoders are named: networks with random weights are used, which have learned nothing';
    return [{ ...base, code: 'no-encoders', severity: 'information', message }];
  }
  return modalities.flatMap(({ name, content }): DocumentProblem[] => {
    if (config.encoders[name] !== undefined) return [];
    const message = `The modality "${name}" (${content ?? 'embeddings'}) has no encoder`;
    const related = [{ path: ['data'], at: 'key', message: `The data have "${name}"` } as const];
    return [{ ...base, code: 'missing-encoder', severity: 'error', message, related }];
  });
}

/** Embeddings of different dimensions have no distance from one another. */
function unequalColumns(document: GapDocument, { modalities }: DataEntryFacts): DocumentProblem[] {
  const [first, ...others] = modalities.filter(({ dimension }) => dimension !== null);
  const other = others.find(({ dimension }) => dimension !== first?.dimension);
  if (first === undefined || other === undefined) return [];
  const perFile = ['data', 'path', other.name];
  return [
    {
      code: 'unequal-dimensions',
      severity: 'error',
      message: `"${first.name}" has embeddings of dimension ${first.dimension}, "${other.name}" of ${other.dimension}; expected the same`,
      path: document.entryAt(perFile) === undefined ? placeOfPath(document.value, ['data']) : perFile,
      at: 'value',
    },
  ];
}
