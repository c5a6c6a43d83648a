import { isDeepStrictEqual } from 'node:util';
import type { CodeAction, CodeActionContext, Diagnostic, Range, TextEdit } from 'vscode-languageserver-types';
import { factsProblems } from './diagnostics.ts';
import type { DocumentProblem } from './documentProblem.ts';
import { addEntries, removeEntry, replaceScalar } from './entryEdits.ts';
import type { Facts } from './facts.ts';
import type { GapDocument, Path } from './gapDocument.ts';
import { comparePositions, sharesLine, touches, zeroBased } from './rangeOrder.ts';
import { missingEntries } from './requiredEntries.ts';

/** The kind of the action that corrects everything that has one right correction; editors may run it on save. */
export const fixAllKind = 'source.fixAll.modalityGap';

/** Corrections for so many problems at once: a selection may be the whole of a long file. */
const MAX_PROBLEMS = 20;

/** Corrected in one go: each is looked up in the document. */
const MAX_CORRECTED = 200;

/** Where a value is one of a few, each of them is offered. */
const MAX_ALTERNATIVES = 5;

/** What a file needs at least, for one that is still empty. */
const firstExperiment = `name: untitled
data:
  kind: scenes
encoders:
  image: { kind: random }
  text: { kind: random }
experiments:
  - kind: modality-gap
`;

interface Fix {
  readonly title: string;
  readonly edit: TextEdit;
  /** Whether it is what was most likely meant, and may be made together with others. */
  readonly isPreferred: boolean;
}

interface PlacedProblem extends DocumentProblem {
  readonly place: Range;
}

/** Corrections of the problems in the lines of a range, and of all of the document's where that is asked for. */
export function codeActions(
  document: GapDocument,
  range: Range,
  { diagnostics, only }: CodeActionContext,
  facts: Facts,
): CodeAction[] {
  const isWanted = (kind: string) =>
    only === undefined || only.some((wanted) => kind === wanted || kind.startsWith(`${wanted}.`));
  const actions: CodeAction[] = [];
  if (isWanted('quickfix')) {
    const here = problemsOf(document, facts).filter(({ place }) => sharesLine(place, range));
    for (const problem of here.slice(0, MAX_PROBLEMS)) {
      const solved = diagnostics.filter((diagnostic) => isOf(diagnostic, problem));
      const given = { kind: 'quickfix', ...(solved.length > 0 && { diagnostics: solved }) };
      for (const { title, isPreferred, edit } of fixesOf(document, problem)) {
        actions.push({ ...given, title, isPreferred, edit: { changes: { [document.uri]: [edit] } } });
      }
      if (problem.code === 'results-out-of-date') actions.push({ ...given, ...runAgain(document) });
    }
  }
  // Not with every move of the cursor: the whole document is looked at.
  if (only !== undefined && isWanted(fixAllKind)) {
    const edits = editsOfAll(document, facts);
    if (edits.length > 0) {
      actions.push({
        title: 'Correct everything that has one likely correction',
        kind: fixAllKind,
        edit: { changes: { [document.uri]: edits } },
      });
    }
  }
  return unique(actions);
}

function problemsOf(document: GapDocument, facts: Facts): PlacedProblem[] {
  return [
    ...document.parsed.problems.map((problem) => ({ ...problem, place: zeroBased(problem.range) })),
    ...factsProblems(document, facts).map((problem) => ({
      ...problem,
      place: problem.at === 'key' ? document.keyRange(problem.path) : document.valueRange(problem.path),
    })),
  ];
}

function runAgain({ uri }: GapDocument): Pick<CodeAction, 'title' | 'command'> {
  const title = 'Run again';
  return { title, command: { title, command: 'modalityGap.runFile', arguments: [uri] } };
}

function fixesOf(document: GapDocument, problem: DocumentProblem): Fix[] {
  switch (problem.code) {
    case 'missing-key':
      return addition(document, problem.path.slice(0, -1));
    case 'temperature-not-learned':
      return learnedTemperature(document, problem);
    case 'unknown-key':
    case 'unknown-modality':
    case 'unknown-class':
    case 'labels-missing':
    case 'encoder-not-used':
    case 'duplicate-name':
      return [...suggestionOf(document, problem), ...removal(document, problem)];
    case 'empty-document':
      return [
        {
          title: 'Write a first experiment',
          edit: { range: document.rangeAt(0, 0), newText: firstExperiment },
          isPreferred: true,
        },
      ];
    default:
      return problem.isUnused === true ? removal(document, problem) : suggestionOf(document, problem);
  }
}

function learnedTemperature(document: GapDocument, { path, suggestion }: DocumentProblem): Fix[] {
  const edit =
    suggestion === undefined ? undefined : replaceScalar(document, path, 'value', Number(suggestion));
  if (edit === undefined) return [];
  return [{ title: `Use the learned temperature, ${suggestion}`, edit, isPreferred: true }];
}

/** What was most likely meant; failing that, each of a few alternatives. */
function suggestionOf(document: GapDocument, { path, at, allowed = [], suggestion }: DocumentProblem): Fix[] {
  const isFew = at === 'value' && allowed.length <= MAX_ALTERNATIVES;
  const choices = suggestion === undefined ? (isFew ? allowed : []) : [suggestion];
  return choices.flatMap((choice) => {
    const edit = replaceScalar(document, path, at, choice);
    if (edit === undefined) return [];
    return [{ title: `Change to "${choice}"`, edit, isPreferred: choice === suggestion }];
  });
}

function removal(document: GapDocument, { path }: DocumentProblem): Fix[] {
  const edit = removeEntry(document, path);
  const last = path.at(-1);
  const name = typeof last === 'number' ? 'the entry' : `"${last}"`;
  return edit === undefined ? [] : [{ title: `Remove ${name}`, edit, isPreferred: false }];
}

/** Everything that the mapping lacks, at once. */
function addition(document: GapDocument, path: Path): Fix[] {
  const missing = missingEntries(document.value, path)
    .filter(({ key }) => !isMisspelt(document, path, key))
    .map(({ key, value }) => ({
      key,
      value: path.length === 0 && key === 'name' ? nameOf(document) : value,
    }));
  const edit = missing.length > 0 ? addEntries(document, path, missing) : undefined;
  if (edit === undefined) return [];
  const keys = missing.map(({ key }) => `"${key}"`).join(', ');
  return [{ title: `Add ${keys}`, edit, isPreferred: true }];
}

/** Whether a key is there under a wrong name, which is to be corrected instead. */
function isMisspelt({ parsed }: GapDocument, path: Path, key: string): boolean {
  return parsed.problems.some(
    (problem) =>
      problem.code === 'unknown-key' &&
      problem.suggestion === key &&
      isDeepStrictEqual(problem.path.slice(0, -1), path),
  );
}

/** What the file is called, without its ending. */
function nameOf({ uri }: GapDocument): string {
  const last = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
  return last.replace(/\.gap\.ya?ml$/i, '').slice(0, 100) || 'untitled';
}

/** The preferred correction of each error and warning, where it does not touch that of another one. */
function editsOfAll(document: GapDocument, facts: Facts): TextEdit[] {
  const taken: TextEdit[] = [];
  for (const problem of problemsOf(document, facts).slice(0, MAX_CORRECTED)) {
    if (problem.severity !== 'error' && problem.severity !== 'warning') continue;
    const fix = fixesOf(document, problem).find(({ isPreferred }) => isPreferred);
    const isFree = fix !== undefined && !taken.some(({ range }) => touches(range, fix.edit.range));
    if (isFree) taken.push(fix.edit);
  }
  return taken;
}

function unique(actions: readonly CodeAction[]): CodeAction[] {
  const byText = new Map(actions.map((action) => [JSON.stringify([action.title, action.edit]), action]));
  return [...byText.values()];
}

function isOf(diagnostic: Diagnostic, { code, place }: PlacedProblem): boolean {
  return (
    diagnostic.code === code &&
    comparePositions(diagnostic.range.start, place.start) === 0 &&
    comparePositions(diagnostic.range.end, place.end) === 0
  );
}
