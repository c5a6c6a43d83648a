import { isAlias, isScalar } from 'yaml';
import { didYouMean } from '../engine/didYouMean.ts';
import { insteadOfFile } from '../engine/encoders/modelSource/insteadOfFile.ts';
import type { DocumentProblem } from './documentProblem.ts';
import type { Facts, PathFacts } from './facts.ts';
import type { DocumentEntry, GapDocument, Path } from './gapDocument.ts';
import { isProblem, tableFactsOf } from './knownData.ts';
import { roleAt } from './valueRoles.ts';

/** A text of the document. */
interface WrittenText {
  readonly path: Path;
  readonly text: string;
}

/** Files, folders and columns that are named and are not there. */
export function pathProblems(document: GapDocument, facts: Facts): DocumentProblem[] {
  return [...textsOf(document, { path: [], key: null, value: document.root })].flatMap((written) => {
    switch (roleAt(document.value, written.path)) {
      case 'file':
        return fileProblems(document, written, 'file', facts).map((problem) =>
          isModelFile(written) && problem.code === 'file-missing'
            ? { ...problem, code: 'model-missing' }
            : problem,
        );
      case 'folder':
        return fileProblems(document, written, 'folder', facts);
      case 'pattern':
        return isPattern(written) ? [] : fileProblems(document, written, 'file', facts);
      case 'place':
        return isPattern(written) ? [] : fileProblems(document, written, 'file or folder', facts);
      case 'model':
        return isFolderName(written.text) ? modelProblems(document, written, facts) : [];
      case 'column':
        return columnProblems(document, written, facts);
      case 'output':
      case 'modality':
      case 'array':
      case 'class':
      case 'words':
      case undefined:
        return [];
    }
  });
}

function isPattern({ text }: WrittenText): boolean {
  return /[*?{}[\]]/.test(text);
}

/** What may be at a path. */
type Expected = 'file' | 'folder' | 'file or folder';

/** Whether a model is named by its folder; a name on the hub is `owner/name`, and may be a folder all the same. */
export function isFolderName(model: string): boolean {
  return /^(?:\.{1,2}$|\.{0,2}[/\\]|~|[a-z]:)/i.test(model) || model.split(/[/\\]/).length > 2;
}

function* textsOf(document: GapDocument, entry: DocumentEntry): Generator<WrittenText> {
  const { path, value } = entry;
  if (isScalar(value)) {
    if (typeof value.value === 'string') yield { path, text: value.value };
  } else if (value !== null && !isAlias(value)) {
    for (const inner of document.entriesOf(entry)) yield* textsOf(document, inner);
  }
}

function fileProblems(
  document: GapDocument,
  { path, text }: WrittenText,
  expected: Expected,
  facts: Facts,
): DocumentProblem[] {
  const found = facts.path(document.uri, text);
  if (found === undefined || isExpected(found.kind, expected)) return [];
  const base = { severity: 'error', path, at: 'value' } as const;
  if (found.kind !== 'missing') {
    const message = `"${text}" is a ${found.kind}; expected a ${expected}`;
    return [{ ...base, code: expected === 'file' ? 'not-a-file' : 'not-a-folder', message }];
  }
  const suggestion = nearestName(document.uri, text, expected, facts);
  const hint = suggestion === undefined ? '' : `. Did you mean "${suggestion}"?`;
  return [
    {
      ...base,
      code: expected === 'folder' ? 'folder-missing' : 'file-missing',
      message: `There is no ${expected} "${text}"${hint}`,
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}

function isExpected(kind: PathFacts['kind'], expected: Expected): boolean {
  return kind === expected || (expected === 'file or folder' && kind !== 'missing');
}

/** Whether a text names the file of a model. */
function isModelFile({ path: [section, , key] }: WrittenText): boolean {
  return section === 'encoders' && key === 'path';
}

/** The same of the folder of a model, by the codes that a run has for it. */
function modelProblems(document: GapDocument, written: WrittenText, facts: Facts): DocumentProblem[] {
  return fileProblems(document, written, 'folder', facts).map((problem) =>
    problem.code === 'folder-missing'
      ? { ...problem, code: 'model-folder-missing' }
      : {
          ...problem,
          code: 'model-not-a-folder',
          message: `"${written.text}" is a file, ${insteadOfFile(written.text)}`,
        },
  );
}

/** What lies beside a missing file under a similar name. */
function nearestName(uri: string, text: string, expected: Expected, facts: Facts): string | undefined {
  const folder = text.slice(0, text.lastIndexOf('/') + 1);
  const entries = facts.folder(uri, folder === '' ? '.' : folder) ?? [];
  const names = entries.flatMap(({ name, kind }) => (isExpected(kind, expected) ? [name] : []));
  const nearest = didYouMean(text.slice(folder.length), names);
  return nearest === undefined ? undefined : folder + nearest;
}

function columnProblems(document: GapDocument, { path, text }: WrittenText, facts: Facts): DocumentProblem[] {
  const table = tableFactsOf(document.value, document.uri, facts);
  if (table === undefined || isProblem(table)) return [];
  const names = table.columns.map(({ name }) => name);
  // `image` stands for the numbered columns `image_0`, `image_1`, … as well.
  const isThere = names.some(
    (name) => name === text || (name.startsWith(text) && /^[^\d]?\d+$/.test(name.slice(text.length))),
  );
  if (isThere) return [];
  const suggestion = didYouMean(text, names);
  const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  return [
    {
      code: 'column-missing',
      severity: 'error',
      message: `The table has no column "${text}"; it has ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.${hint}`,
      path,
      at: 'value',
      allowed: names,
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}
