import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { InputError } from '../../problems.ts';

/**
 * SHA-256 of a file.
 *
 * @throws InputError `model-missing` when it cannot be read.
 */
export async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 }))
      hash.update(chunk as Buffer);
  } catch (error) {
    throw new InputError('model-missing', `${file} cannot be read: ${(error as Error).message}`, { file });
  }
  return hash.digest('hex');
}
