import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from 'vscode-languageserver-types';
import { formatConfigProblem } from '../config/configProblem.ts';
import { InputError } from '../engine/problems.ts';
import { diagnosticsOf } from '../language/diagnostics.ts';
import { noFacts } from '../language/facts.ts';
import { GapDocument } from '../language/gapDocument.ts';
import { readConfigFile } from '../runs/readConfigFile.ts';
import { summarise, type CheckedFile, type FoundProblem } from './checkedFile.ts';
import { formatInputError } from './commandError.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { githubAnnotations } from './githubAnnotations.ts';
import { sarifLog } from './sarifLog.ts';
import type { Terminal } from './terminal.ts';
import { validationJson } from './validationJson.ts';

/** How `validate` may print what it found. */
export const validationFormats = ['human', 'json', 'github', 'sarif'] as const;

export type ValidationFormat = (typeof validationFormats)[number];

/**
 * Checks configurations without running them: every problem of every file, as an editor shows them that knows nothing of
 * data and models, which are not looked up.
 *
 * @param version of this program, for the formats that name it.
 */
export async function validate(
  paths: readonly string[],
  format: ValidationFormat,
  version: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const files: CheckedFile[] = [];
  for (const path of paths) {
    const checked = await checkFile(path);
    files.push(checked);
    if (format === 'human') await printFile(checked, terminal);
  }
  if (format === 'human' && files.length > 1) terminal.err(summarise(files));
  if (format === 'json') await terminal.out(validationJson(files));
  if (format === 'github') await terminal.out(githubAnnotations(files));
  if (format === 'sarif') await terminal.out(sarifLog(files, process.cwd(), version));
  return files.every(({ isValid }) => isValid) ? exitCodes.done : exitCodes.wrongUsage;
}

async function printFile({ file, isValid, problems }: CheckedFile, terminal: Terminal): Promise<void> {
  for (const problem of problems) terminal.err(formatProblem(file, problem));
  if (isValid) await terminal.out(`${file}: valid\n`);
}

function formatProblem(file: string, { code, severity, message, range }: FoundProblem): string {
  return range === null
    ? formatInputError(new InputError(code, message, { file }))
    : formatConfigProblem({ code, severity, message, range, file });
}

async function checkFile(file: string): Promise<CheckedFile> {
  try {
    const text = await readConfigFile(file);
    const uri = pathToFileURL(file).href;
    const document = new GapDocument(TextDocument.create(uri, 'gap-yaml', 1, text));
    const problems = diagnosticsOf(document, noFacts, { docsUri: null }).map(problemOf);
    return { file, isValid: document.parsed.config !== undefined, problems };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, message } = error;
    return { file, isValid: false, problems: [{ code, severity: 'error', message, range: null }] };
  }
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

/** Editors count lines and characters from 0, and severities from 1. */
function problemOf({ code, severity = 1, message, range: { start, end } }: Diagnostic): FoundProblem {
  return {
    code: String(code),
    severity: severities[severity - 1]!,
    message: typeof message === 'string' ? message : message.value,
    range: {
      start: { line: start.line + 1, column: start.character + 1 },
      end: { line: end.line + 1, column: end.character + 1 },
    },
  };
}
