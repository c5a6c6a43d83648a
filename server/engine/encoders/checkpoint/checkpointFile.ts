import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { standInProblem } from '../../datasets/standInFile.ts';
import { InputError } from '../../problems.ts';
import { schemaMismatch } from '../../schemaMismatch.ts';

/** Tokenizers of large vocabularies are a few megabytes. */
const largestJson = 2 ** 26;

/** A file of a checkpoint as it was read. */
export interface CheckpointJson<Content> {
  readonly file: string;
  readonly text: string;
  readonly content: Content;
}

/** What files of checkpoints are there for. */
const purposes: Readonly<Record<string, string>> = {
  'config.json': 'says what the model is',
  'open_clip_config.json': 'says what the model is',
  'preprocessor_config.json': 'says how images or sound are prepared',
  'tokenizer.json': 'says how texts become tokens',
  'vocab.txt': 'lists the tokens of proteins',
};

/**
 * The path and size of a file of a checkpoint's folder.
 *
 * @throws InputError `checkpoint-file` when it is not there.
 */
export async function checkpointFile(folder: string, name: string): Promise<{ file: string; size: number }> {
  const file = join(folder, name);
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile()) {
    throw new InputError(
      'checkpoint-file',
      `${file} is not there, which ${purposes[name] ?? 'holds weights of the model'}; expected it in the model’s folder`,
      { file },
    );
  }
  return { file, size: facts.size };
}

/** Whether a checkpoint's folder has a file. */
export function isCheckpointFile(folder: string, name: string): Promise<boolean> {
  return stat(join(folder, name)).then(
    (facts) => facts.isFile(),
    () => false,
  );
}

/**
 * Reads a JSON file of a checkpoint's folder.
 *
 * @throws InputError `checkpoint-file` when it is not there, `checkpoint-json` when it is no JSON or longer than
 * 64 MiB, as `standInProblem`, `checkpoint-config` when a key does not hold what it should; the message names it.
 */
export async function readCheckpointJson<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<CheckpointJson<z.output<Schema>>> {
  const { file, size } = await checkpointFile(folder, name);
  if (size > largestJson) {
    throw new InputError('checkpoint-json', `${file} has ${size} bytes, at most ${largestJson} are read`, {
      file,
    });
  }
  const text = await readFile(file, 'utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const standIn = standInProblem(text, file);
    if (standIn !== null) throw standIn;
    throw new InputError('checkpoint-json', `${file} is not JSON: ${(error as Error).message}`, { file });
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return { file, text, content: checked.data };
  const { path, found, expected } = schemaMismatch(checked.error, parsed);
  const key = path.map(String).join('.');
  throw unusable(file, key, `found ${found}, expected ${expected}`);
}

/**
 * An InputError `checkpoint-config`: a key of a checkpoint's file has a value that cannot be used; the whole of it where
 * the key is empty.
 */
export function unusable(file: string, key: string, message: string): InputError {
  return new InputError('checkpoint-config', `${file}: ${key === '' ? '' : `${key}: `}${message}`, { file });
}
