import { formatConfigProblem, type ConfigProblem } from '../config/configProblem.ts';
import { formatPlace, InputError } from '../engine/problems.ts';
import { pathShortener } from '../engine/report/shownPaths.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';

/** Ends a command with an exit code, after its lines are written to standard error. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];

  constructor(exitCode: ExitCode, lines: readonly string[]) {
    super(lines.join('\n'));
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

/** A wrong command line: the message, and a stable code. */
export function usageError(code: string, message: string): CommandError {
  return new CommandError(exitCodes.wrongUsage, [`error: ${message} [${code}]`]);
}

/** A configuration that cannot be run: a line for each problem. */
export function configError(problems: readonly ConfigProblem[]): CommandError {
  return new CommandError(exitCodes.wrongUsage, problems.map(formatConfigProblem));
}

/**
 * `file:line:column: message [code]`, as far as the place is known and the message does not hold it already. Files below
 * the working directory are named from there on, as people name them on the command line.
 */
export function formatInputError(error: InputError): string {
  return pathShortener(process.cwd(), [])(formatWhole(error));
}

function formatWhole(error: InputError): string {
  const { file, line } = error.place;
  if (file !== undefined && line === undefined && error.message.startsWith(`${file}: `)) {
    return `${error.message} [${error.code}]`;
  }
  const isSaid = file !== undefined && line === undefined && error.message.includes(file);
  const place = isSaid ? '' : formatPlace(error.place);
  return `${place === '' ? 'error' : place}: ${error.message} [${error.code}]`;
}

/** Tells of an error in the way its kind deserves, and gives the exit code it means. */
export function reportError(error: unknown, signal: AbortSignal, terminal: Terminal): ExitCode {
  if (error instanceof CommandError) {
    error.lines.forEach(terminal.err);
    return error.exitCode;
  }
  if (signal.aborted) {
    terminal.err('Interrupted. No run folder was written.');
    return exitCodes.interrupted;
  }
  if (error instanceof InputError) {
    terminal.err(formatInputError(error));
  } else if (error instanceof Error) {
    terminal.err(`error: ${error.message} [${systemCode(error) ?? 'internal-error'}]`);
  } else {
    terminal.err(`error: ${String(error)} [internal-error]`);
  }
  if (terminal.showStacks && error instanceof Error && error.stack !== undefined) terminal.err(error.stack);
  return exitCodes.runFailed;
}

/** The operating system's code, as `ENOSPC`, where the error has one. */
function systemCode(error: Error): string | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
