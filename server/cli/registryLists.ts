import { readers } from '../engine/datasets/registry.ts';
import { encoders } from '../engine/encoders/registry.ts';
import { experiments } from '../engine/experiments/registry.ts';
import { metrics } from '../engine/metrics/registry.ts';
import { textTable } from './textTable.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';

/** Entries of one registry as a table: the first line of a list, and what `--json` gives. */
export interface RegistryList {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** The lists that the command prints and the README holds, by the name of the command. */
export const registryLists = {
  readers: {
    title: 'Kinds of data (data: kind)',
    columns: ['kind', 'title', 'gives', 'description'],
    rows: readers.map(({ kind, title, gives, description }) => ({ kind, title, gives, description })),
  },
  encoders: {
    title: 'Kinds of encoder (encoders: <modality>: kind)',
    columns: ['kind', 'title', 'accepts', 'description'],
    rows: encoders.map(({ kind, title, accepts, description }) => ({
      kind,
      title,
      accepts: accepts.join(', '),
      description,
    })),
  },
  experiments: {
    title: 'Kinds of experiment (experiments: - kind)',
    columns: ['kind', 'title', 'reference', 'description'],
    rows: experiments.map(({ kind, title, reference, description }) => ({
      kind,
      title,
      reference,
      description,
    })),
  },
  metrics: {
    title: 'Metrics',
    columns: ['kind', 'title', 'scope', 'unit', 'direction', 'formula', 'reference', 'description'],
    rows: metrics.map(({ kind, title, scope, unit, direction, formula, reference, description }) => ({
      kind,
      title,
      scope,
      unit,
      direction,
      formula,
      reference,
      description,
    })),
  },
} satisfies Record<string, RegistryList>;

export type RegistryName = keyof typeof registryLists;

/** What people want to see at a glance; the rest is in `--json` and in the README. */
const briefColumns: Readonly<Record<RegistryName, readonly string[]>> = {
  readers: ['kind', 'gives', 'title'],
  encoders: ['kind', 'accepts', 'title'],
  experiments: ['kind', 'title', 'reference'],
  metrics: ['kind', 'scope', 'unit', 'direction', 'title'],
};

/** Prints one registry, as a table or as JSON. */
export async function listRegistry(name: RegistryName, json: boolean, terminal: Terminal): Promise<ExitCode> {
  const list: RegistryList = registryLists[name];
  if (json) {
    await terminal.out(`${JSON.stringify(list.rows, null, 2)}\n`);
  } else {
    const columns = briefColumns[name];
    const rows = list.rows.map((row) => columns.map((column) => row[column] ?? ''));
    const table = textTable(
      columns.map((title) => ({ title })),
      rows,
    );
    await terminal.out(`${terminal.style.heading(list.title)}\n${table.join('\n')}\n`);
  }
  return exitCodes.done;
}
