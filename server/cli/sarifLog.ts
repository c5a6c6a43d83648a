import { relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { explanationOf, firstSentence } from '../language/diagnosticCodes.ts';
import type { CheckedFile, FoundProblem } from './checkedFile.ts';

const levels = { error: 'error', warning: 'warning', information: 'note', hint: 'note' } as const;

/**
 * What was found as SARIF 2.1.0, which code scanning services and editors read.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 *
 * @param folder absolute; files below it are named relative to it.
 * @param version of this program.
 */
export function sarifLog(files: readonly CheckedFile[], folder: string, version: string): string {
  const rules = [...new Set(files.flatMap(({ problems }) => problems.map(({ code }) => code)))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'modality-gap', version, rules: rules.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { FOLDER: { uri: `${pathToFileURL(folder).href}/` } },
        artifacts: files.map(({ file }) => ({ location: artifactLocation(file, folder) })),
        results: files.flatMap(({ file, problems }, index) =>
          problems.map((problem) => resultOf(problem, artifactLocation(file, folder), index, rules)),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** A code with its explanation, where it has one. Services show the first sentence beside each result. */
function ruleOf(id: string) {
  const text = explanationOf(id);
  return text === undefined
    ? { id }
    : { id, shortDescription: { text: firstSentence(text) }, fullDescription: { text }, help: { text } };
}

function resultOf(
  { code, severity, message, range }: FoundProblem,
  location: ReturnType<typeof artifactLocation>,
  index: number,
  rules: readonly string[],
) {
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: levels[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { ...location, index },
          ...(range === null
            ? {}
            : {
                region: {
                  startLine: range.start.line,
                  startColumn: range.start.column,
                  endLine: range.end.line,
                  endColumn: range.end.column,
                },
              }),
        },
      },
    ],
  };
}

function artifactLocation(file: string, folder: string): { uri: string; uriBaseId?: string } {
  const path = resolve(folder, file);
  const way = relative(folder, path);
  const isBelow = way !== '' && way.split(sep)[0] !== '..' && resolve(folder, way) === path;
  if (!isBelow) return { uri: pathToFileURL(path).href };
  return { uri: way.split(sep).map(encodeURIComponent).join('/'), uriBaseId: 'FOLDER' };
}
