import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic,
  type DiagnosticRelatedInformation,
  type Range,
} from 'vscode-languageserver-types';
import { classProblems } from './classProblems.ts';
import { dataNotes, dataProblems, unreadableData } from './dataProblems.ts';
import { documentedCodes } from './diagnosticCodes.ts';
import type { DocumentProblem, RelatedPlace } from './documentProblem.ts';
import type { Facts } from './facts.ts';
import type { GapDocument, Path } from './gapDocument.ts';
import { modelProblems } from './modelProblems.ts';
import { pathProblems } from './pathChecks.ts';
import { comparePositions, zeroBased } from './rangeOrder.ts';
import { costProblems, staleResults } from './runProblems.ts';
import { unusedAnchors, unusedProblems } from './unusedChecks.ts';

/** More than anyone reads; a file of rubbish has tens of thousands. */
const MAX_DIAGNOSTICS = 500;

/** What a diagnostic carries for quick fixes. */
export interface DiagnosticData {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly suggestion?: string;
  readonly allowed?: readonly string[];
}

/** What diagnostics are made with. */
export interface DiagnosticOptions {
  /** Where the page is that explains the codes; null for no links. */
  readonly docsUri: string | null;
}

/**
 * What is wrong with a document, in the order of the text: what its YAML has wrong or, where that is right, what the
 * schema has against it, what its own values and the facts at hand tell.
 */
export function diagnosticsOf(document: GapDocument, facts: Facts, options: DiagnosticOptions): Diagnostic[] {
  const { problems } = document.parsed;
  const found = [
    ...problems.map((problem) => toDiagnostic(document, problem, zeroBased(problem.range), options)),
    ...factsProblems(document, facts).map((problem) =>
      toDiagnostic(document, problem, rangeAtPath(document, problem), options),
    ),
    ...unusedAnchors(document).map(({ name, start, end }) => {
      const message = `No alias names the anchor "${name}"`;
      const problem = { code: 'anchor-not-used', severity: 'hint', message, path: [], at: 'value' } as const;
      return toDiagnostic(document, { ...problem, isUnused: true }, document.rangeAt(start, end), options);
    }),
  ];
  return found.sort((a, b) => comparePositions(a.range.start, b.range.start)).slice(0, MAX_DIAGNOSTICS);
}

/**
 * The third layer: what the document's values, the files, data, models and runs that it names have against one another.
 * Nothing where the YAML cannot be read.
 */
export function factsProblems(document: GapDocument, facts: Facts): DocumentProblem[] {
  if (document.source.value === undefined) return [];
  const { config } = document.parsed;
  const paths = pathProblems(document, facts);
  const classes = classProblems(document, facts);
  // What cannot be read because it is not there has been said already, as has what the text tells as the reader does.
  const isSaid = ({ code, path }: DocumentProblem) =>
    paths.some((said) => said.path[0] === path[0] && (path[0] === 'data' || said.path[1] === path[1])) ||
    [...document.parsed.problems, ...classes].some(
      (said) => said.code === code && said.path[0] === 'data' && path[0] === 'data',
    );
  return [
    ...paths,
    ...unusedProblems(document),
    ...classes,
    ...dataNotes(document, facts),
    ...[...unreadableData(document, facts), ...modelProblems(document, facts)].filter(
      (problem) => !isSaid(problem),
    ),
    ...(config === undefined
      ? []
      : [
          ...dataProblems(document, config, facts),
          ...costProblems(document, config, facts),
          ...staleResults(document, config, facts),
        ]),
  ];
}

function toDiagnostic(
  document: GapDocument,
  problem: DocumentProblem,
  range: Range,
  { docsUri }: DiagnosticOptions,
): Diagnostic {
  const { code, severity, message, path, at, suggestion, allowed } = problem;
  const related = [...(problem.related ?? []), ...firstOfName(document, problem)];
  const data: DiagnosticData = {
    path,
    at,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(allowed === undefined ? {} : { allowed }),
  };
  return {
    range,
    severity: severities[severity],
    code,
    source: 'modality-gap',
    message,
    data,
    ...(docsUri === null || !documentedCodes.has(code)
      ? {}
      : { codeDescription: { href: `${docsUri}#${code}` } }),
    ...(problem.isUnused === true ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length === 0
      ? {}
      : { relatedInformation: related.map((place) => relatedInformation(document, place)) }),
  };
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** For a name that is taken: the entry that has it. */
function firstOfName(document: GapDocument, { code, path }: DocumentProblem): RelatedPlace[] {
  if (code !== 'duplicate-name') return [];
  const experiments = document.entryAt(['experiments']);
  const name = document.entryAt(path)?.value?.toJSON() as unknown;
  const first =
    experiments &&
    document
      .entriesOf(experiments)
      .find((entry) => document.entryAt([...entry.path, 'name'])?.value?.toJSON() === name);
  if (first === undefined) return [];
  return [{ path: [...first.path, 'name'], at: 'value', message: 'The name is taken here' }];
}

function relatedInformation(document: GapDocument, place: RelatedPlace): DiagnosticRelatedInformation {
  const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const location =
    'uri' in place
      ? { uri: place.uri, range: top }
      : { uri: document.uri, range: rangeAtPath(document, place) };
  return { location, message: place.message };
}

function rangeAtPath(document: GapDocument, { path, at }: { path: Path; at: 'key' | 'value' }): Range {
  return at === 'key' ? document.keyRange(path) : document.valueRange(path);
}
