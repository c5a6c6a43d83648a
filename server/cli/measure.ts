import { join, resolve } from 'node:path';
import { runMeasurement } from '../engine/run.ts';
import { InputError } from '../engine/problems.ts';
import type { Note } from '../protocol/report.ts';
import { folderEmbeddingCache } from '../runs/folderEmbeddingCache.ts';
import { defaultRunsFolder, runFileNames } from '../runs/runFileNames.ts';
import { checkRunFolder, runFolderName } from '../runs/runFolder.ts';
import { storeRun } from '../runs/storeRun.ts';
import { chosenCacheFolder } from './cache.ts';
import { CommandError, formatInputError } from './commandError.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { MeasureFlags } from './measureFlags.ts';
import { resolveTarget, type DescribedProblem, type MeasureTarget } from './measureTarget.ts';
import { createProgressBar } from './progressBar.ts';
import { resultTable } from './resultTable.ts';
import type { Terminal } from './terminal.ts';

/**
 * Measures files, a folder or a configuration: prints the values, and writes a run folder. With `--json` the report
 * alone goes to standard output, and a folder is written only where one is named.
 */
export async function measure(
  paths: readonly string[],
  flags: MeasureFlags,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<ExitCode> {
  const isQuiet = flags.quiet === true;
  const target = await resolveTarget(paths, flags);
  const folder = await outputFolder(target, flags);
  const bar = createProgressBar(terminal.progress);
  const say = (line: string) => {
    bar.clear();
    if (!isQuiet) terminal.err(line);
  };
  const warned: Note[] = [];
  const warn = ({ line, note }: DescribedProblem) => {
    say(line);
    warned.push(note);
  };
  target.warnings.forEach(warn);

  const startedAt = new Date();
  const run = await runMeasurement(target.config, {
    baseFolder: target.baseFolder,
    signal,
    progress: isQuiet ? () => undefined : bar.update,
    strict: flags.strict === true,
    keepEmbeddings: folder !== undefined,
    cache: flags.cache === false ? null : folderEmbeddingCache(chosenCacheFolder(flags.cache)),
    completeConfig(facts) {
      const { config, warnings } = target.complete(facts);
      warnings.forEach(warn);
      return config;
    },
  })
    .catch((error: unknown) => {
      const line = error instanceof InputError ? target.describe(error) : null;
      throw line === null ? error : new CommandError(exitCodes.runFailed, [line]);
    })
    .finally(bar.clear);
  signal.throwIfAborted();

  for (const { message, code } of run.report.notes) say(`note: ${message} [${code}]`);
  const report = { ...run.report, notes: [...warned, ...run.report.notes] };
  if (folder !== undefined) {
    const { baseFolder, configFile } = target;
    await storeRun(folder, { ...run, report }, { baseFolder, configFile, startedAt }, signal);
  }
  await terminal.out(
    flags.json === true ? `${JSON.stringify(report, null, 1)}\n` : resultTable(report, terminal.style),
  );
  if (folder !== undefined) say(`\nReport: ${join(folder, runFileNames.html)}`);
  return exitCodes.done;
}

/** The folder to write to, known to be free before anything runs; none for `--json` without one. */
async function outputFolder(
  { config, baseFolder }: MeasureTarget,
  flags: MeasureFlags,
): Promise<string | undefined> {
  const named = flags.out ?? (config.output === undefined ? undefined : resolve(baseFolder, config.output));
  if (named === undefined && flags.json === true) return undefined;
  const folder = named ?? join(defaultRunsFolder, runFolderName(config.name, new Date()));
  try {
    await checkRunFolder(folder);
  } catch (error) {
    if (error instanceof InputError) throw new CommandError(exitCodes.wrongUsage, [formatInputError(error)]);
    throw error;
  }
  return folder;
}
