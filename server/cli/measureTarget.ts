import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
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
import { valueAt } from '../config/schemaWalk.ts';
import { dataEntryFor, untoldNames, type DataEntry } from '../engine/datasets/dataEntry.ts';
import { readers } from '../engine/datasets/registry.ts';
import { randomNetwork } from '../engine/encoders/randomNetwork.ts';
import { InputError, type Problem } from '../engine/problems.ts';
import type { OpenDataFacts } from '../engine/run.ts';
import { measurementName } from '../protocol/measurementName.ts';
import type { Note } from '../protocol/report.ts';
import { configBaseFolder } from '../runs/configBaseFolder.ts';
import { readConfigFile } from '../runs/readConfigFile.ts';
import { CommandError, configError, formatInputError, usageError } from './commandError.ts';
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
  /** A line about an error of the run whose cause is written in the configuration or in a flag; null for others. */
  describe(error: InputError): string | null;
}

/**
 * The configuration that paths on the command line stand for: a `*.gap.yaml` file itself, or any other files or
 * folder as the data of an otherwise default measurement. Flags are laid over it.
 *
 * @throws CommandError when it cannot be run; every problem is named.
 */
export async function resolveTarget(paths: readonly string[], flags: MeasureFlags): Promise<MeasureTarget> {
  const config = paths.find((path) => /\.ya?ml$/i.test(path));
  if (config === undefined) return dataTarget(paths, flags);
  if (paths.length === 1) return configTarget(config, flags);
  throw usageError(
    'several-configurations',
    `${config} is measured alone, found ${paths.length} paths; expected one configuration, or files of data`,
  );
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

async function dataTarget(paths: readonly string[], flags: MeasureFlags): Promise<MeasureTarget> {
  // Names for modalities of several files are told by the files; those of one file are a parameter of its reader.
  const { modalities, ...others } = flags;
  const names = paths.length > 1 ? modalities : undefined;
  const data = await recogniseData(paths, names);
  const name = measurementName(paths.map((path) => basename(resolve(path))));
  const flagged = applyFlags({ name, data }, names === undefined ? flags : others);
  const describe = (problems: readonly Problem[]) =>
    problems.map(
      (problem) => describeByFlag(problem, flagged) ?? describeAfter(paths.join(', '), problem, null),
    );
  return {
    ...flaggedTarget(flagged, describe, flags.model),
    baseFolder: process.cwd(),
    configFile: null,
    warnings: untoldNames(data).map((problem) => describeAfter(paths.join(', '), problem, null)),
  };
}

/** What `data` is for paths, which are named as they were given. */
async function recogniseData(
  paths: readonly string[],
  names: readonly string[] | undefined,
): Promise<DataEntry> {
  try {
    return await dataEntryFor(paths, { placeOf: (path) => path, names });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new CommandError(exitCodes.wrongUsage, [
      formatInputError(error),
      ...(error.code === 'not-recognised' ? knownKinds() : []),
    ]);
  }
}

function knownKinds(): string[] {
  const kinds = readers
    .filter((reader) => reader.recognises !== undefined)
    .map(({ kind, title }) => `  ${kind}: ${title}`);
  return [
    'Readers that know their data by path:',
    ...kinds,
    'Any other kind of data is named in a *.gap.yaml file; see `modality-gap readers`.',
  ];
}

/**
 * @param describe gives for each problem the flag or the place where its cause is written.
 * @param model what `--model` names.
 */
function flaggedTarget(
  flagged: FlaggedConfig,
  describe: (problems: readonly Problem[]) => DescribedProblem[],
  model: string | undefined,
): Pick<MeasureTarget, 'config' | 'complete' | 'describe'> {
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
    describe({ code, message, place: { configPath: path } }) {
      if (path === undefined) return null;
      if (path[0] === 'encoders' && model !== undefined)
        return describeAfter('--model', { message, code }, null).line;
      const isWritten = valueAt(flagged.value, path) !== undefined;
      return isWritten ? describe([{ code, severity: 'error', message, path }])[0]!.line : null;
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
function describeAfter(
  place: string,
  { code, message }: Pick<Problem, 'code' | 'message'>,
  cause: string | null,
): DescribedProblem {
  const note = { code, message: cause === null ? message : `${cause}: ${message}` };
  return { line: `${place}: ${message} [${code}]`, note };
}
