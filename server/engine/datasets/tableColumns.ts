import { didYouMean } from '../didYouMean.ts';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import {
  contentOfWord,
  findContents,
  type CellContent,
  type ColumnFinding,
  type ColumnQuestion,
  type FoundContent,
  type ColumnValue,
} from './columnContent.ts';
import { fileContents } from './contentOfName.ts';
import type { LeftOut } from './dataNotes.ts';
import {
  bareName,
  groupLabel,
  holdsNumbers,
  numberedExpression,
  numberedGroups,
  type NumberedGroup,
} from './numberedColumns.ts';
import { quoteName } from './sqlQuoting.ts';
import type { TableQuery } from './tableQuery.ts';

/** What a column, or several numbered ones, give a modality. */
export type ModalityColumn = ColumnValue & {
  readonly modality: string;
  /** The column's name, or the first and last of several, for messages. */
  readonly label: string;
};

/** How the configuration gives a modality its column. */
export type ColumnChoice =
  string | { readonly column: string; readonly content?: CellContent['content'] | undefined };

/** The columns of a table that are modalities, and what is to be said of them. */
export interface TableModalities {
  readonly modalities: readonly ModalityColumn[];
  /** Columns that are none, where the table itself says which are. */
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly Note[];
}

/** Names of columns that are taken for captions when nothing else is said. */
const captionNames =
  /^(?:captions?|texts?|sentences?|descriptions?|titles?|prompts?|comments?|transcripts?|transcriptions?|alt(?:[_ ]?texts?)?|raw)$/i;
/** Fewer numbered columns than these beside files are scores or coordinates. */
const fewestNumbered = 16;

/**
 * The columns of the modalities that the configuration names.
 *
 * @param root The folder that names of files start at.
 * @throws InputError `column-missing`, `column-content`.
 */
export async function chosenColumns(
  query: TableQuery,
  choices: Readonly<Record<string, ColumnChoice>>,
  root: string,
): Promise<TableModalities> {
  const modalities: ModalityColumn[] = [];
  const notes: Note[] = [];
  const groups = numberedGroups(query);
  const asked = Object.entries(choices).map(([modality, choice]) => {
    const { column: name, content } = typeof choice === 'string' ? { column: choice } : choice;
    const column = query.columns.find((candidate) => candidate.name === name);
    const hints = { asked: content, named: contentOfWord(modality) ?? contentOfWord(name), root };
    return { modality, name, content, question: column && { column, hints } };
  });
  const questions = asked.flatMap(({ question }) => question ?? []);
  const findings = await findContents(query, questions);
  for (const { modality, name, content, question } of asked) {
    const group = groups.get(bareName(name));
    if (question !== undefined) {
      const finding = findings[questions.indexOf(question)]!;
      modalities.push(chosenColumn(query, modality, question, finding));
      notes.push(...printedNotes(query, name, finding));
    } else if (group !== undefined && (content ?? 'embedding') === 'embedding') {
      modalities.push(await numberedColumn(query, modality, group, notes));
    } else {
      throw missingColumn(query, name, `of the modality ${modality}`);
    }
  }
  return { modalities, leftOut: [], notes };
}

function chosenColumn(
  { where }: TableQuery,
  modality: string,
  { column: { name, type }, hints: { asked } }: ColumnQuestion,
  finding: ColumnFinding,
): ModalityColumn {
  if (finding.value === null) {
    const { reason, isFault } = finding;
    const advice = isFault
      ? ''
      : ', which is neither embeddings (lists of numbers), files (paths or BLOBs) nor text; with `content: text` it is read as text';
    throw new InputError(
      'column-content',
      `${where}: the column ${name} of the modality ${modality} has the type ${reason}${advice}`,
    );
  }
  if (asked === undefined && finding.value.content === 'text' && contentOfWord(modality) !== null) {
    throw new InputError(
      'column-content',
      `${where}: the modality ${modality} would be made of the texts in the column ${name} (${type.sql}), expected what its name says; with \`{ column: ${name}, content: text }\` they are read as texts`,
    );
  }
  return { ...finding.value, label: name, modality };
}

/**
 * The columns that are modalities by their types, names and cells, when the configuration names none: every column of
 * embeddings (lists of numbers); or else numbered columns (`image_0`, `image_1`, …); or else the first column of each of
 * images, audio, videos, tensors and captions, one that is named so before others. Short lists and few numbered columns, which may be boxes and scores, are
 * embeddings only where there are no files and captions. Proteins are never guessed.
 *
 * @param root The folder that names of files start at.
 * @throws InputError `column-unclear` when there are none of these.
 */
export async function recognisedColumns(query: TableQuery, root: string): Promise<TableModalities> {
  const groups = await numbersByName(query);
  const inGroup = new Set([...groups.values()].flat().map(({ name }) => name));
  const questions = query.columns
    .filter(({ name }) => !inGroup.has(name))
    .map((column) => ({ column, hints: { named: contentOfWord(column.name), root } }));
  const found = await findContents(query, questions);
  const findings = new Map(questions.map(({ column }, index) => [column.name, found[index]!]));
  const notes: Note[] = [];
  const modalities = await modalitiesAmong(query, findings, groups, notes);
  const leftOut = leftOutColumns(query, findings, groups, modalities);
  for (const { label } of modalities) notes.push(...printedNotes(query, label, findings.get(label)));
  if (modalities.length > 0) return { modalities, leftOut, notes };
  const why = leftOut
    .filter(({ name }) => faultOf(findings.get(name)))
    .map(({ name, reason }) => `${name} (${reason})`);
  throw new InputError(
    'column-unclear',
    `${query.where}: no column is clearly embeddings, images, audio, videos, tensors or captions; ${why.length > 0 ? someOf(why) : `name them with \`columns\`, such as \`{ image: path, text: caption }\`. ${listColumns(query)}`}`,
  );
}

async function modalitiesAmong(
  query: TableQuery,
  findings: ReadonlyMap<string, ColumnFinding>,
  groups: ReadonlyMap<string, NumberedGroup>,
  notes: Note[],
): Promise<ModalityColumn[]> {
  const single: (ModalityColumn & Pick<FoundContent, 'doubt'>)[] = [];
  for (const [name, finding] of findings) {
    if (finding.value === null) continue;
    if (finding.value.content === 'text' && !captionNames.test(name)) continue;
    single.push({ ...finding.value, label: name, modality: name, doubt: finding.doubt });
  }
  const samples = [...fileContents, 'text' as const]
    .map((content) => ({ content, column: likeliest(single.filter((column) => column.content === content)) }))
    .flatMap(({ content, column }) => (column === undefined ? [] : [{ ...column, modality: content }]));
  const hasFiles = samples.some(({ content }) => content !== 'text');
  const embeddings = single.filter(({ content }) => content === 'embedding');
  const strong = embeddings.filter(({ doubt }) => doubt === 'none');
  const even = embeddings.filter(({ doubt }) => doubt !== 'ragged');
  if (strong.length > 0) return strong;
  if (even.length > 0 && !hasFiles) return even;
  const wide = [...groups].filter(([, group]) => !hasFiles || group.length >= fewestNumbered);
  if (wide.length === 0) return samples.length > 0 ? samples : embeddings;
  const numbered: ModalityColumn[] = [];
  for (const [name, group] of wide) {
    const isNameless = ['', 'd', 'dim'].includes(name);
    numbered.push(
      await numberedColumn(query, isNameless ? `modality-${numbered.length + 1}` : name, group, notes),
    );
  }
  return numbered;
}

/** Of columns of one content the first that is named so, or else the first that leaves no doubt. */
function likeliest<Column extends ModalityColumn & Pick<FoundContent, 'doubt'>>(
  columns: readonly Column[],
): Column | undefined {
  return (
    columns.find(({ label, content }) => contentOfWord(label) === content) ??
    columns.find(({ doubt }) => doubt === 'none') ??
    columns[0]
  );
}

function printedNotes({ where }: TableQuery, name: string, finding: ColumnFinding | undefined): Note[] {
  if (finding === undefined || !('isPrinted' in finding) || !finding.isPrinted) return [];
  const message = `${where}: ${name} has arrays as they were printed, with the few digits that printing leaves of their numbers`;
  return [{ code: 'printed-arrays', message }];
}

/** The groups of numbered columns that hold numbers. */
async function numbersByName(query: TableQuery): Promise<Map<string, NumberedGroup>> {
  const found = new Map<string, NumberedGroup>();
  for (const [name, group] of numberedGroups(query)) {
    if (group.length > 1 && (await holdsNumbers(query, group))) found.set(name, group);
  }
  return found;
}

function leftOutColumns(
  query: TableQuery,
  findings: ReadonlyMap<string, ColumnFinding>,
  groups: ReadonlyMap<string, NumberedGroup>,
  modalities: readonly ModalityColumn[],
): LeftOut[] {
  const taken = new Set(modalities.map(({ label }) => label));
  const leftOut: LeftOut[] = [];
  for (const { name, type } of query.columns) {
    const finding = findings.get(name);
    if (finding === undefined || taken.has(name)) continue;
    leftOut.push({
      name,
      reason: finding.value === null ? finding.reason : `${type.sql}: ${describe(finding.value)}`,
    });
  }
  for (const group of groups.values()) {
    const name = groupLabel(group);
    if (!taken.has(name)) leftOut.push({ name, reason: `${group.length} columns of numbers` });
  }
  return leftOut;
}

function describe({ content, cells }: ColumnValue): string {
  if (content === 'embedding') return 'lists of numbers';
  if (content === 'text') return cells === 'lists' ? 'lists of texts' : 'texts';
  return `more of ${content}`;
}

function faultOf(finding: ColumnFinding | undefined): boolean {
  return finding?.value === null && finding.isFault;
}

async function numberedColumn(
  query: TableQuery,
  modality: string,
  group: NumberedGroup,
  notes: Note[],
): Promise<ModalityColumn> {
  const label = groupLabel(group);
  const { expression, hasCommas } = await numberedExpression(query, group);
  if (hasCommas) {
    notes.push({
      code: 'decimal-commas',
      message: `${query.where}: the numbers in ${label} have decimal commas and are read as such`,
    });
  }
  return { modality, content: 'embedding', cells: 'values', label, expression, present: 'true' };
}

/**
 * SQL for a column's values as texts.
 *
 * @param use What it is for, for the message: `of the labels`.
 * @throws InputError `column-missing`.
 */
export function textExpression(query: TableQuery, name: string, use: string): string {
  if (!query.columns.some((column) => column.name === name)) throw missingColumn(query, name, use);
  return `CAST(${quoteName(name)} AS VARCHAR)`;
}

/**
 * SQL conditions that hold where no cell is empty of what is to be embedded. Embeddings have none: those that are
 * missing are an error.
 */
export function completeRow(modalities: readonly ModalityColumn[]): string[] {
  return modalities.flatMap(({ content, present }) => (content === 'embedding' ? [] : [present]));
}

function missingColumn(query: TableQuery, name: string, use: string): InputError {
  const near = didYouMean(
    name,
    query.columns.map((column) => column.name),
  );
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new InputError(
    'column-missing',
    `${query.where} has no column ${JSON.stringify(name)} (${use}).${hint} ${listColumns(query)}`,
  );
}

function listColumns({ columns }: TableQuery): string {
  return `Its columns: ${someOf(
    columns.map(({ name, type }) => `${name} (${type.sql})`),
    20,
  )}`;
}
