import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import {
  formatConfigProblem,
  noteOfProblem,
  type ConfigProblem,
  type Finding,
} from '../config/configProblem.ts';
import { checkAgainstData } from '../config/dataChecks.ts';
import { needsEncoders, sameEncoderForAll, untrainedEncoder } from '../config/sharedEncoder.ts';
import { parseConfig, validateConfig } from '../config/parseConfig.ts';
import type { ExperimentConfig } from '../config/schema.ts';
import { recogniseReader } from '../engine/datasets/recogniseReader.ts';
import { readers } from '../engine/datasets/registry.ts';
import { randomNetwork } from '../engine/encoders/randomNetwork.ts';
import { InputError, type Problem } from '../engine/problems.ts';
import type { OpenDataFacts } from '../engine/run.ts';
import type { Note } from '../protocol/report.ts';
import { configBaseFolder } from '../runs/configBaseFolder.ts';
import { readConfigFile } from '../runs/readConfigFile.ts';
import { CommandError, configError, formatInputError } from './commandError.ts';
import { exitCodes } from './exitCodes.ts';
import { applyFlags, flagOf, type FlaggedConfig, type MeasureFlags } from './measureFlags.ts';

/** A problem as the terminal shows it, and as the report of a run keeps it that goes on in spite of it. */
export interface DescribedProblem {
  readonly line: string;
  readonly note: Note;
}

/** What `measure` was asked to measure. */
export interface MeasureTarget {
  readonly config: ExperimentConfig;
  /** Where the configuration's relative paths start. */
  readonly baseFolder: string;
  /** The configuration's own file, absolute; null for data without one. */
  readonly configFile: string | null;
  /** What is to be told before the run starts. */
  readonly warnings: readonly DescribedProblem[];
  /**
   * The configuration once the data are open: with `--model`, each modality gets the `pretrained` encoder of that model;
   * where no encoder is given and one is needed, the `random` one.
   *
   * @throws CommandError when it does not fit the data.
   */
  complete(facts: OpenDataFacts): {
    readonly config: ExperimentConfig;
    readonly warnings: readonly DescribedProblem[];
  };
}

/**
 * The configuration that a path on the command line stands for: a `*.gap.yaml` file itself, or any other file or
 * folder as the data of an otherwise default measurement. Flags are laid over it.
 *
 * @throws CommandError when it cannot be run; every problem is named.
 */
export async function resolveTarget(path: string, flags: MeasureFlags): Promise<MeasureTarget> {
  return /\.ya?ml$/i.test(path) ? configTarget(path, flags) : dataTarget(path, flags);
}

async function configTarget(file: string, flags: MeasureFlags): Promise<MeasureTarget> {
  const text = await readConfigFile(file).catch((error: unknown) => {
    if (error instanceof InputError) throw new CommandError(exitCodes.wrongUsage, [formatInputError(error)]);
    throw error;
  });
  const parsed = parseConfig(text, file);
  if (parsed.config === undefined) throw configError(parsed.problems);
  const flagged = applyFlags(parsed.value as Record<string, unknown>, flags);
  const describe = (problems: readonly Problem[]) =>
    parsed.locate(problems).map((problem) => describeByFlag(problem, flagged) ?? describeByPlace(problem));
  return {
    ...flaggedTarget(flagged, describe, flags.model),
    baseFolder: configBaseFolder(file),
    configFile: resolve(file),
    warnings: parsed.problems.map(describeByPlace),
  };
}

async function dataTarget(path: string, flags: MeasureFlags): Promise<MeasureTarget> {
  const data = await recogniseData(path);
  const name = basename(resolve(path), extname(path)) || 'measurement';
  const flagged = applyFlags({ name: name.slice(0, 100), data }, flags);
  const describe = (problems: readonly Problem[]) =>
    problems.map((problem) => describeByFlag(problem, flagged) ?? describeAfter(path, problem, null));
  return {
    ...flaggedTarget(flagged, describe, flags.model),
    baseFolder: process.cwd(),
    configFile: null,
    warnings: [],
  };
}

/** What `data` is for a path. */
async function recogniseData(path: string): Promise<Record<string, unknown>> {
  const status = await stat(path).catch((error: unknown) => {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'There is no such file or folder' : `It cannot be read (${code})`;
    throw new CommandError(exitCodes.wrongUsage, [`${path}: ${reason} [path-not-found]`]);
  });
  const found = await recogniseReader(path, status.isDirectory());
  if (found !== undefined) return { kind: found.kind, ...found.paramsFor?.(path) };
  const kinds = readers
    .filter((reader) => reader.recognises !== undefined)
    .map(({ kind, title }) => `  ${kind}: ${title}`);
  throw new CommandError(exitCodes.wrongUsage, [
    `${path}: No reader knows this ${status.isDirectory() ? 'folder' : 'file'} [not-recognised]`,
    'Readers that know their data by path:',
    ...kinds,
    'Any other kind of data is named in a *.gap.yaml file; see `modality-gap readers`.',
  ]);
}

/**
 * @param describe gives for each problem the flag or the place where its cause is written.
 * @param model what `--model` names.
 */
function flaggedTarget(
  flagged: FlaggedConfig,
  describe: (problems: readonly Problem[]) => DescribedProblem[],
  model: string | undefined,
): Pick<MeasureTarget, 'config' | 'complete'> {
  const refuse = (problems: readonly Problem[]) =>
    new CommandError(
      exitCodes.wrongUsage,
      describe(problems).map(({ line }) => line),
    );
  const validated = (value: unknown): ExperimentConfig => {
    const { config, findings } = validateConfig(value);
    if (config === undefined) throw refuse(findings);
    return config;
  };
  const given = validated(flagged.value);
  return {
    config: given,
    complete(facts) {
      if (model === undefined && needsEncoders(given, facts)) expectRandomNetworks(facts);
      const entry = model === undefined ? untrainedEncoder : { kind: 'pretrained', model: placeOf(model) };
      const config =
        model !== undefined || needsEncoders(given, facts)
          ? validated({ ...flagged.value, encoders: sameEncoderForAll(facts, entry) })
          : given;
      const problems = checkAgainstData(config, facts);
      if (problems.some(({ severity }) => severity === 'error')) throw refuse(problems);
      return { config, warnings: describe(problems) };
    },
  };
}

/** @throws CommandError for contents that no network with random weights takes. */
function expectRandomNetworks({ contents }: OpenDataFacts): void {
  const problems = Object.entries(contents ?? {})
    .filter(([, content]) => !randomNetwork.accepts.includes(content))
    .map(
      ([modality, content]) =>
        `${modality}: There is no untrained network for ${content}; name a model with --model, or encoders in a *.gap.yaml file [missing-encoder]`,
    );
  if (problems.length > 0) throw new CommandError(exitCodes.wrongUsage, problems);
}

/** A folder named on the command line is relative to where the command runs, not to the configuration. */
function placeOf(model: string): string {
  const folder = resolve(model);
  return existsSync(folder) ? folder : model;
}

function describeByPlace(problem: ConfigProblem): DescribedProblem {
  return { line: formatConfigProblem(problem), note: noteOfProblem(problem) };
}

function describeByFlag(problem: Problem | Finding, flagged: FlaggedConfig): DescribedProblem | undefined {
  const flag = flagOf(problem.path, flagged);
  return flag === undefined ? undefined : describeAfter(flag, problem, flag);
}

/** @param cause What the note names as the cause; null for none. */
function describeAfter(place: string, { code, message }: Problem, cause: string | null): DescribedProblem {
  const note = { code, message: cause === null ? message : `${cause}: ${message}` };
  return { line: `${place}: ${message} [${code}]`, note };
}
