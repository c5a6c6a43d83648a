import type { z } from 'zod';
import { readers } from '../engine/datasets/registry.ts';
import type { Problem } from '../engine/problems.ts';
import type { ConfigProblem, Finding } from './configProblem.ts';
import { experimentSchema, type ConfigEntry, type ExperimentConfig, type ExperimentEntry } from './schema.ts';
import { schemaFindings } from './schemaFindings.ts';
import { readYaml, type YamlSource } from './yamlSource.ts';

/** A configuration that was read. `config` is present when no problem is an error. */
export interface ParsedConfig {
  readonly config: ExperimentConfig | undefined;
  readonly problems: readonly ConfigProblem[];
  /** The plain value of the file, for settings that are laid over it. */
  readonly value: unknown;
  /** Gives problems that were found later, in the run, their place in this text. */
  readonly locate: (problems: readonly Problem[]) => ConfigProblem[];
}

/**
 * Reads the text of a `*.gap.yaml` file. No file is touched: `file` only names the text in problems, and paths in
 * the configuration are not looked up.
 */
export function parseConfig(text: string, file: string): ParsedConfig {
  return checkSource(readYaml(text), file);
}

/** What a YAML text that was read says as a configuration: what `parseConfig` gives. */
export function checkSource(source: YamlSource, file: string): ParsedConfig {
  const locate = (problems: readonly Problem[]) =>
    problems.map((problem) => locateProblem(problem, source, file));
  const yamlProblems = source.problems.map((problem): ConfigProblem => ({
    ...problem,
    file,
    path: [],
    at: 'value',
  }));
  if (yamlProblems.some(({ severity }) => severity === 'error')) {
    return { config: undefined, problems: yamlProblems, value: undefined, locate };
  }
  const { config, findings } = validateConfig(source.value);
  const problems = [...yamlProblems, ...locate(findings)].sort(byPlace);
  return { config, problems, value: source.value, locate };
}

/** Validates a configuration given as a plain value: what a file holds, or what the command line stands for. */
export function validateConfig(value: unknown): {
  readonly config: ExperimentConfig | undefined;
  readonly findings: readonly Finding[];
} {
  const parsed = experimentSchema.safeParse(value);
  if (!parsed.success) {
    return { config: undefined, findings: schemaFindings(experimentSchema, value, parsed.error.issues) };
  }
  const { entries, findings: names } = nameExperiments(parsed.data.experiments as readonly ConfigEntry[]);
  const config = completeConfig(parsed.data, entries);
  const findings = [...readerFindings(config.data), ...names];
  return { config: findings.length === 0 ? config : undefined, findings };
}

function completeConfig(
  { name, seed, data, encoders, output, ...choices }: z.output<typeof experimentSchema>,
  experiments: readonly ExperimentEntry[],
): ExperimentConfig {
  return {
    name,
    seed,
    data: data as ConfigEntry,
    encoders: encoders as Record<string, ConfigEntry>,
    experiments,
    pairRows: choices.pairRows,
    repeatedRows: choices.repeatedRows,
    invalidRows: choices.invalidRows,
    device: choices.device,
    ...(output === undefined ? {} : { output }),
  };
}

/** What a reader has against its parameters as a whole, at the keys that should not be there. */
function readerFindings({ kind, ...params }: ConfigEntry): Finding[] {
  const problems = readers.find((reader) => reader.kind === kind)?.check?.(params) ?? [];
  return problems.map((problem) => ({ ...problem, path: ['data', ...problem.path], at: 'key' }));
}

/** Entries without a name are called after their kind: `modality-gap`, then `modality-gap-2`. */
function nameExperiments(entries: readonly ConfigEntry[]): {
  readonly entries: ExperimentEntry[];
  readonly findings: Finding[];
} {
  const taken = new Map<string, number>();
  const findings: Finding[] = [];
  entries.forEach(({ name }, index) => {
    if (typeof name !== 'string') return;
    const first = taken.get(name);
    if (first === undefined) {
      taken.set(name, index);
    } else {
      findings.push({
        code: 'duplicate-name',
        severity: 'error',
        message: `The name "${name}" is that of experiment ${first + 1} already; expected a name of its own`,
        path: ['experiments', index, 'name'],
        at: 'value',
      });
    }
  });
  const named = entries.map((entry, index): ExperimentEntry => {
    if (typeof entry['name'] === 'string') return { ...entry, name: entry['name'] };
    let name = entry.kind;
    for (let count = 2; taken.has(name); count++) name = `${entry.kind}-${count}`;
    taken.set(name, index);
    return { ...entry, name };
  });
  return { entries: named, findings };
}

function byPlace({ range: { start: a } }: ConfigProblem, { range: { start: b } }: ConfigProblem): number {
  return a.line - b.line || a.column - b.column;
}

function locateProblem(problem: Problem | Finding, source: YamlSource, file: string): ConfigProblem {
  const at = 'at' in problem ? problem.at : 'value';
  return { ...problem, at, file, range: source.locate(problem.path, at) };
}
