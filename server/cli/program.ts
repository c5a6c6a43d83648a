import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { devices } from '../engine/runtime/device.ts';
import { prune, showCache, type PruneFlags } from './cache.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { explain } from './explain.ts';
import { measure } from './measure.ts';
import type { MeasureFlags } from './measureFlags.ts';
import { listRegistry, registryLists, type RegistryName } from './registryLists.ts';
import type { Terminal } from './terminal.ts';
import { validate, validationFormats, type ValidateFlags } from './validate.ts';

/** What the commands need from the process. */
export interface ProgramContext {
  readonly version: string;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/**
 * Runs the command that the arguments name.
 *
 * @returns the exit code.
 * @throws whatever the command throws; wrong arguments are told of here and give 2.
 */
export async function runProgram(args: readonly string[], context: ProgramContext): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const program = new Command('modality-gap')
    .description(
      'Measures how narrow the cones of a multi-modal model are and how far apart its modalities sit.',
    )
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride();
  const done = (code: ExitCode) => {
    exitCode = code;
  };
  addMeasure(program, context, done);
  addValidate(program, context, done);
  addExplain(program, context, done);
  addCache(program, context, done);
  for (const name of Object.keys(registryLists) as RegistryName[]) addList(program, name, context, done);
  program.addHelpText(
    'after',
    `
Examples:
  modality-gap measure embeddings.npy
  modality-gap measure experiment.gap.yaml --out results/first
  modality-gap measure pairs.csv --limit 1000 --json

Exit codes: 0 done, 1 the run failed, 2 wrong usage or configuration, 130 interrupted`,
  );
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come as errors too, with code 0; help without a command is a wrong usage.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage;
  }
}

type Done = (code: ExitCode) => void;

function addMeasure(program: Command, { signal, terminal }: ProgramContext, done: Done): void {
  program
    .command('measure')
    .description(
      'Measure files or a folder of embeddings or of pairs to embed, or what a *.gap.yaml file says.',
    )
    .argument('<paths...>', 'files, a folder, or a *.gap.yaml file')
    .option('--json', 'print the report as JSON and nothing else; write a folder only with --out')
    .option('--metrics <names>', 'metrics to measure, separated by commas, or all', namesOrAll)
    .option('--modalities <names>', 'names for the modalities, in the order of the data', names)
    .option(
      '--model <name>',
      'trained model for every modality: a folder, or owner/name on the hub',
      notEmpty,
    )
    .option('--limit <count>', 'rows to use', wholeNumber(1))
    .option('--seed <number>', 'seed of every random draw', wholeNumber(0))
    .addOption(new Option('--device <name>', 'where to compute').choices(devices))
    .option('--out <folder>', 'folder to write (default: modality-gap-runs/<name>-<time>)', notEmpty)
    .option('--cache <folder>', 'where embeddings are kept for later runs', notEmpty)
    .option('--no-cache', 'embed everything anew and keep nothing')
    .option('--strict', 'fail at the first row that cannot be read, instead of leaving it out')
    .option('--skip-invalid', 'leave out rows of zeros, NaN or infinity, of every modality, and count them')
    .option('--verbose', 'show where an internal error was thrown')
    .option('--quiet', 'print the results only: no progress, no notes')
    .addHelpText(
      'after',
      `
Examples:
  modality-gap measure features.npy --modalities image,text
  modality-gap measure image_embeddings.npy text_embeddings.npy
  modality-gap measure photos/ --limit 500 --model openai/clip-vit-base-patch32
  modality-gap measure experiment.gap.yaml --metrics gap-distance,recall-at-1
  modality-gap measure features.npz --json | jq '.results[] | {metric, value}'

Writes report.json, report.html, config.gap.yaml, run.json and embeddings.safetensors, all or nothing.`,
    )
    .action(async (paths: string[], flags: MeasureFlags) => {
      done(await measure(paths, flags, signal, terminal));
    });
}

function addValidate(program: Command, context: ProgramContext, done: Done): void {
  program
    .command('validate')
    .description('Check *.gap.yaml files, and the data and models that they name, without running them.')
    .argument('<files...>', 'configurations')
    .addOption(
      new Option('--format <name>', 'how to print what was found: for people, scripts, GitHub, code scanning')
        .choices(validationFormats)
        .default('human'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--text-only', 'look at no file that a configuration names')
    .addOption(
      new Option('--timeout <seconds>', 'how long to look at what one configuration names')
        .argParser(wholeNumber(1))
        .default(60),
    )
    .addHelpText(
      'after',
      `
Examples:
  modality-gap validate experiment.gap.yaml
  modality-gap validate --format github experiments/*.gap.yaml
  modality-gap validate --text-only --format sarif experiment.gap.yaml > problems.sarif

Finds what the editor shows, except whether results of earlier runs are out of date. Headers and tables are read, queries
in \`sql\` are run; no model is started and nothing is downloaded. Where the data are not there, or nobody vouches for the
configuration, use --text-only. What one of the codes means: modality-gap explain <code>.`,
    )
    .action(async (files: string[], flags: ValidateFlags) => {
      done(await validate(files, flags, context));
    });
}

function addExplain(program: Command, { terminal }: ProgramContext, done: Done): void {
  program
    .command('explain')
    .description('Say what the code of a problem means and what to do about it, or list all codes.')
    .argument('[code]', 'what stands in brackets behind a problem')
    .addHelpText('after', '\nExamples:\n  modality-gap explain unequal-rows\n  modality-gap explain')
    .action(async (code: string | undefined) => {
      done(await explain(code, terminal));
    });
}

function addCache(program: Command, { terminal }: ProgramContext, done: Done): void {
  const cache = program
    .command('cache')
    .description('Show where embeddings are kept for later runs, and what is kept.')
    .option('--cache <folder>', 'another folder than the usual one', notEmpty)
    .addHelpText(
      'after',
      `
Examples:
  modality-gap cache
  modality-gap cache prune --older-than 30

The folder is the one that MODALITY_GAP_CACHE names, or modality-gap where the system keeps caches.`,
    )
    .action(async ({ cache: folder }: { cache?: string }) => {
      done(await showCache(folder, terminal));
    });
  cache
    .command('prune')
    .description('Remove what is damaged or left over, and what else the options say.')
    .option('--older-than <days>', 'also what was not used for so many days', wholeNumber(0))
    .option('--all', 'everything')
    .addHelpText('after', '\nExample:\n  modality-gap cache prune --older-than 30')
    .action(async (flags: PruneFlags) => {
      done(await prune(cache.opts<{ cache?: string }>().cache, flags, terminal));
    });
}

function addList(program: Command, name: RegistryName, { terminal }: ProgramContext, done: Done): void {
  program
    .command(name)
    .description(`List the ${name}.`)
    .option('--json', 'every detail, as JSON')
    .addHelpText('after', `\nExamples:\n  modality-gap ${name}\n  modality-gap ${name} --json`)
    .action(async ({ json }: { json?: boolean }) => {
      done(await listRegistry(name, json === true, terminal));
    });
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

function names(text: string): string[] {
  const found = text.split(',').map((name) => name.trim());
  if (found.includes('')) throw new InvalidArgumentError('Expected names separated by commas.');
  return found;
}

function namesOrAll(text: string): readonly string[] | 'all' {
  return text.trim() === 'all' ? 'all' : names(text);
}

function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected a folder.');
  return text;
}
