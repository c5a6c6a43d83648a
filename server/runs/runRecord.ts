import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { runFileNames } from './runFileNames.ts';

const runRecordSchema = z.object({
  /** Where relative paths of the configuration start, absolute. */
  baseFolder: z.string(),
  /** The experiment file that was run, absolute; null for data measured without one. */
  configFile: z.string().nullable(),
  startedAt: z.iso.datetime(),
  seconds: z.number().min(0),
  /** Numbers of the dataset's rows that were left out, ascending: row 3 of the run is not always row 3 of its data. */
  leftOutRows: z.array(z.int().min(0)),
  /** A name that was given to the run later. */
  title: z.string().nullable(),
  isPinned: z.boolean(),
});

/** What is known of a run beside its results, and what may be changed later: `run.json`. */
export type RunRecord = Readonly<z.output<typeof runRecordSchema>>;

/** The text of a record's file. */
export function formatRunRecord(record: RunRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}

/** What a record's file holds; null for what is no record. */
export function parseRunRecord(text: string): RunRecord | null {
  try {
    return runRecordSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The record of a run folder; null where there is none that can be read, as in folders of earlier versions. */
export async function readRunRecord(folder: string): Promise<RunRecord | null> {
  try {
    return parseRunRecord(await readFile(join(folder, runFileNames.record), 'utf8'));
  } catch {
    return null;
  }
}

/** Replaces the record of a run folder, at once. What is not finished lies beside the folder, as the run's own did. */
export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  const partial = join(dirname(folder), `.${basename(folder)}.partial-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(partial, formatRunRecord(record));
    await rename(partial, join(folder, runFileNames.record));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
