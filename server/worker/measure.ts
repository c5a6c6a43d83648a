import { formatConfigProblem, noteOfProblem, type ConfigProblem } from '../config/configProblem.ts';
import { checkAgainstData } from '../config/dataChecks.ts';
import { parseConfig, validateConfig } from '../config/parseConfig.ts';
import type { ExperimentConfig } from '../config/schema.ts';
import { needsEncoders, sameEncoderForAll, untrainedEncoder } from '../config/sharedEncoder.ts';
import { InputError } from '../engine/problems.ts';
import { runMeasurement } from '../engine/run.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import type { ConfigText, WorkerContract } from '../protocol/worker.ts';
import { folderEmbeddingCache } from '../runs/folderEmbeddingCache.ts';
import { checkRunFolder } from '../runs/runFolder.ts';
import { storeRun } from '../runs/storeRun.ts';
import { latestProgress } from './latestProgress.ts';

/**
 * Runs a configuration and writes its run folder.
 *
 * @throws InputError `config-invalid` where the configuration does not validate or does not fit its data, and as
 * `runMeasurement` and `storeRun` do.
 */
export async function measure(
  {
    config: source,
    configFile,
    runFolder,
    cacheFolder,
    device,
  }: WorkerContract['requests']['measure']['params'],
  tell: ProgressListener,
  signal: AbortSignal,
): Promise<null> {
  const startedAt = new Date();
  const parsed = parseConfig(source.text, source.name);
  const refuse = (problems: readonly ConfigProblem[]) => invalidConfig(source, problems);
  if (parsed.config === undefined) throw refuse(parsed.problems);
  const value = { device, ...(parsed.value as Readonly<Record<string, unknown>>) };
  const validated = (changed: unknown): ExperimentConfig => {
    const { config, findings } = validateConfig(changed);
    if (config === undefined) throw refuse(parsed.locate(findings));
    return config;
  };
  await checkRunFolder(runFolder);

  const { update, stop } = latestProgress(tell);
  const warnings = [...parsed.problems];
  const run = await runMeasurement(validated(value), {
    baseFolder: source.baseFolder,
    signal,
    progress: update,
    strict: false,
    keepEmbeddings: true,
    cache: folderEmbeddingCache(cacheFolder),
    completeConfig(facts) {
      const given = validated(value);
      const config = needsEncoders(given, facts)
        ? validated({ ...value, encoders: sameEncoderForAll(facts, untrainedEncoder) })
        : given;
      const problems = parsed.locate(checkAgainstData(config, facts));
      if (problems.some(({ severity }) => severity === 'error')) throw refuse(problems);
      warnings.push(...problems);
      return config;
    },
  }).finally(stop);
  signal.throwIfAborted();
  const report = { ...run.report, notes: [...warnings.map(noteOfProblem), ...run.report.notes] };
  await storeRun(
    runFolder,
    { ...run, report },
    { baseFolder: source.baseFolder, configFile, startedAt },
    signal,
  );
  return null;
}

/** How many problems keep a configuration from running, as far as its text tells. */
export function countErrors({ text, name }: ConfigText): number {
  return parseConfig(text, name).problems.filter(({ severity }) => severity === 'error').length;
}

function invalidConfig({ name }: ConfigText, problems: readonly ConfigProblem[]): InputError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return new InputError('config-invalid', errors.map(formatConfigProblem).join('\n'), { file: name });
}
