import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runFileNames } from '../runs/runFileNames.ts';

/** An experiment file, and when it was changed last. */
export interface FoundExperiment {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** What a search came across. */
export interface FoundInWorkspace {
  /** By name. */
  readonly experiments: readonly FoundExperiment[];
  /** Folders of runs, absolute. */
  readonly runs: readonly string[];
}

/** Folders below the workspace's that are searched, so that a link or a disk full of data does not hold up the list. */
const deepest = 8;
const mostFolders = 5000;

/**
 * The `*.gap.yaml` and `*.gap.yml` files below some folders, and the folders of runs. Hidden folders, `node_modules`,
 * folders of runs and those in `passedOver` are not searched, links not followed.
 */
export async function searchWorkspace(
  folders: readonly string[],
  passedOver: readonly string[],
  signal: AbortSignal,
): Promise<FoundInWorkspace> {
  const runs = new Set<string>();
  const found = new Map<string, FoundExperiment>();
  let level = [...folders];
  let searched = 0;
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      signal.throwIfAborted();
      if (++searched > mostFolders) break;
      const entries = await entriesOf(folder);
      // A run's copy of its configuration is no experiment.
      const names = entries.map(({ name }) => name);
      if (names.includes(runFileNames.record) && names.includes(runFileNames.report)) {
        runs.add(folder);
        continue;
      }
      for (const entry of entries) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          const isSkipped = entry.name.startsWith('.') || entry.name === 'node_modules';
          if (!isSkipped && !passedOver.includes(path)) next.push(path);
        } else if (entry.isFile() && /\.gap\.ya?ml$/i.test(entry.name)) {
          const status = await stat(path).catch(() => null);
          if (status !== null) found.set(path, { path, changedAt: status.mtimeMs });
        }
      }
    }
    level = next;
  }
  const experiments = [...found.values()].sort((a, b) => basename(a.path).localeCompare(basename(b.path)));
  return { experiments, runs: [...runs] };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
