import { formatConfigProblem } from '../config/configProblem.ts';
import { InputError } from '../engine/problems.ts';
import { InspectionWorker } from '../runs/inspectionWorker.ts';
import { checkConfigFile } from './checkConfigFile.ts';
import { summarise, type CheckedFile, type FoundProblem } from './checkedFile.ts';
import { formatInputError } from './commandError.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { githubAnnotations } from './githubAnnotations.ts';
import { sarifLog } from './sarifLog.ts';
import type { Terminal } from './terminal.ts';
import { validationJson } from './validationJson.ts';

/** How `validate` may print what it found. */
export const validationFormats = ['human', 'json', 'github', 'sarif'] as const;

/** The options of `validate`. */
export interface ValidateFlags {
  readonly format: (typeof validationFormats)[number];
  /** Whether files that a configuration names are left alone. */
  readonly textOnly?: boolean;
  /** Seconds that the files which one configuration names are looked at. */
  readonly timeout: number;
}

/** What `validate` needs from the process. */
export interface ValidateContext {
  /** Of this program, for the formats that name it. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** The worker is ended when everything is checked, and not before. */
const idleMilliseconds = 2 ** 31 - 1;

/**
 * Checks configurations without running them: every problem of every file, as an editor shows them, but for results of
 * earlier runs.
 */
export async function validate(
  paths: readonly string[],
  { format, textOnly, timeout }: ValidateFlags,
  { version, signal, terminal }: ValidateContext,
): Promise<ExitCode> {
  const worker = new InspectionWorker({ idleMilliseconds });
  const inspection = textOnly === true ? null : { worker, seconds: timeout };
  const files: CheckedFile[] = [];
  try {
    for (const path of paths) {
      const checked = await checkConfigFile(path, inspection, signal);
      files.push(checked);
      if (format === 'human') await printFile(checked, terminal);
      warnOfMissing(checked, timeout, terminal);
    }
  } finally {
    await worker.end();
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

/** On standard error whatever the format: that nothing was found there does not say that nothing is wrong. */
function warnOfMissing({ file, missing }: CheckedFile, seconds: number, { err }: Terminal): void {
  for (const { subject, reason } of missing) {
    const why = reason ?? `it took longer than ${seconds} s`;
    err(`${file}: warning: Not checked: ${subject}: ${why} [not-checked]`);
  }
}

function formatProblem(file: string, { code, severity, message, range }: FoundProblem): string {
  return range === null
    ? formatInputError(new InputError(code, message, { file }))
    : formatConfigProblem({ code, severity, message, range, file });
}
