import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseRunRecord } from './runRecord.ts';
import { runFileNames } from './runFileNames.ts';

/**
 * The folder, absolute, where relative paths of a configuration start: its own; for the copy in a run's folder the one
 * where those of the run did, so that it can be measured again. Synchronous, as it is asked while someone types: but for
 * such a copy nothing is read.
 */
export function configBaseFolder(file: string): string {
  const folder = dirname(resolve(file));
  if (basename(file) !== runFileNames.config) return folder;
  try {
    return parseRunRecord(readFileSync(join(folder, runFileNames.record), 'utf8'))?.baseFolder ?? folder;
  } catch {
    return folder;
  }
}
