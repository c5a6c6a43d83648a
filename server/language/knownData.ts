import { experimentSchema, type ConfigEntry } from '../config/schema.ts';
import { valueAt } from '../config/schemaWalk.ts';
import { contents } from '../engine/datasets/dataset.ts';
import type { Path } from './gapDocument.ts';
import { schemaAtPath } from './schemaInfo.ts';
import type {
  ClassFacts,
  DataEntryFacts,
  FactProblem,
  Facts,
  Known,
  ModelFacts,
  TableFacts,
} from './facts.ts';

const { data: dataSchema, encoders: encodersSchema } = experimentSchema.shape;
const encoderSchema = encodersSchema.unwrap().valueType;

/** The `data:` entry of a configuration with its defaults, whatever else may be wrong in it. */
export function dataEntryOf(plain: unknown): ConfigEntry | undefined {
  return dataSchema.safeParse(valueAt(plain, ['data'])).data as ConfigEntry | undefined;
}

/** The encoder of a modality with its defaults, whatever else may be wrong. */
function encoderEntryOf(plain: unknown, modality: string): ConfigEntry | undefined {
  return encoderSchema.safeParse(valueAt(plain, ['encoders', modality])).data as ConfigEntry | undefined;
}

/** What is known of the data that a configuration names, or why they cannot be read. */
export function dataOf(plain: unknown, uri: string, facts: Facts): Known<DataEntryFacts | FactProblem> {
  const entry = dataEntryOf(plain);
  const keepsInvalidRows = valueAt(plain, ['invalidRows']) === 'skip';
  return entry && facts.data(uri, entry, { keepsInvalidRows });
}

/** What is known of the data that a configuration names. */
export function dataFactsOf(plain: unknown, uri: string, facts: Facts): Known<DataEntryFacts> {
  const known = dataOf(plain, uri, facts);
  return known === undefined || isProblem(known) ? undefined : known;
}

/** What is known of all classes of the data that a configuration names, also while its `classes` are being written. */
export function classFactsOf(plain: unknown, uri: string, facts: Facts): Known<ClassFacts> {
  const data = valueAt(plain, ['data']);
  if (typeof data !== 'object' || data === null) return undefined;
  const whole = { data: { ...data, classes: undefined, limit: undefined, sampling: undefined } };
  const entry = dataEntryOf(whole);
  const isLabelled = schemaAtPath(whole, ['data', 'classes']) !== undefined;
  const known = entry && isLabelled ? facts.classes(uri, entry) : undefined;
  return known === undefined || isProblem(known) ? undefined : known;
}

/** What is known of the table that a configuration names. */
export function tableFactsOf(plain: unknown, uri: string, facts: Facts): Known<TableFacts | FactProblem> {
  const [kind, path, sql] = ['kind', 'path', 'sql'].map((key) => valueAt(plain, ['data', key]));
  if (kind !== 'table' || (path === undefined) === (sql === undefined)) return undefined;
  return facts.table(uri, sql === undefined ? { path } : { sql });
}

/** What is known of the trained model of a modality, or why it cannot be read. */
export function modelOf(
  plain: unknown,
  modality: string,
  uri: string,
  facts: Facts,
): Known<ModelFacts | FactProblem> {
  const entry = encoderEntryOf(plain, modality);
  const data = dataFactsOf(plain, uri, facts);
  const content = data?.modalities.find(({ name }) => name === modality)?.content ?? undefined;
  return entry && facts.model(uri, entry, content);
}

/** What is known of the trained model of a modality. */
export function modelFactsOf(plain: unknown, modality: string, uri: string, facts: Facts): Known<ModelFacts> {
  const known = modelOf(plain, modality, uri, facts);
  return known === undefined || isProblem(known) ? undefined : known;
}

/** Mappings and lists that name modalities, the surest first. */
const namingPaths = ['data.columns', 'data.path', 'data.files', 'data.modalities', 'encoders'];

/**
 * Names of the modalities: those of the data, else those that the configuration names, else the usual ones.
 *
 * @param asked The mapping that they are for, which says nothing of what it lacks itself.
 */
export function modalitiesOf(plain: unknown, uri: string, facts: Facts, asked: Path = []): string[] {
  const known = dataFactsOf(plain, uri, facts);
  if (known !== undefined) return known.modalities.map(({ name }) => name);
  const written = namingPaths
    .filter((path) => path !== asked.join('.'))
    .map((path) => namesIn(valueAt(plain, path.split('.'))));
  return written.find((names) => names.length > 0) ?? [...contents];
}

/** Whether a fact is the reason why there is none. */
export function isProblem(known: object): known is FactProblem {
  return 'problem' in known;
}

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** The logit scale that the models learned; undefined where one does not tell, or they do not agree. */
export function learnedLogitScale(plain: unknown, uri: string, facts: Facts): number | undefined {
  const modalities = namesIn(valueAt(plain, ['encoders']));
  const scales = modalities.map((name) => modelFactsOf(plain, name, uri, facts)?.logitScale ?? undefined);
  return scales.every((scale) => scale === scales[0]) ? scales[0] : undefined;
}
