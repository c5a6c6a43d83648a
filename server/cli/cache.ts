import { resolve } from 'node:path';
import { cacheFolder } from '../runs/cacheFolder.ts';
import { listCache, pruneCache } from '../runs/cacheInventory.ts';
import { usageError } from './commandError.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';
import { textTable } from './textTable.ts';

const DAY = 86_400_000;

/** The options of `cache prune`, as commander gives them. */
export interface PruneFlags {
  readonly olderThan?: number;
  readonly all?: boolean;
}

/** The folder that `--cache` names, or that the environment and the system do. */
export function chosenCacheFolder(named: string | undefined): string {
  return named === undefined ? cacheFolder() : resolve(named);
}

/** Prints where the cache is and what it holds. */
export async function showCache(named: string | undefined, terminal: Terminal): Promise<ExitCode> {
  const folder = chosenCacheFolder(named);
  const encoders = await listCache(folder);
  const table = textTable(
    [
      { title: 'encoder' },
      { title: 'items', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'used last' },
      { title: 'damaged files', align: 'right' },
    ],
    encoders.map(({ summary, items, bytes, usedAt, damaged }) => [
      summary === '' ? 'unknown' : summary,
      String(items),
      formatBytes(bytes),
      new Date(usedAt).toISOString().slice(0, 10),
      damaged === 0 ? '' : String(damaged),
    ]),
  );
  const lines = encoders.length === 0 ? ['The cache is empty.'] : table;
  await terminal.out([terminal.style.heading(folder), ...lines, ''].join('\n'));
  return exitCodes.done;
}

/** Removes what is damaged or left over from the cache, what was not used for some days, or everything. */
export async function prune(
  named: string | undefined,
  { olderThan, all = false }: PruneFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (all && olderThan !== undefined) {
    throw usageError('contradicting-flags', '--all and --older-than: expected one of them');
  }
  const { files, bytes } = await pruneCache(chosenCacheFolder(named), {
    all,
    ...(olderThan !== undefined && { unusedSince: Date.now() - olderThan * DAY }),
  });
  await terminal.out(`Removed ${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}\n`);
  return exitCodes.done;
}

/** Bytes in the largest binary unit below them, with one decimal. */
function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]!}`;
}
