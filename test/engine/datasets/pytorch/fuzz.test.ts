import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pytorch } from '../../../../server/engine/datasets/pytorch.ts';
import type { Dataset } from '../../../../server/engine/datasets/dataset.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';
import { InputError } from '../../../../server/engine/problems.ts';
import { openReader, readAll, temporaryFolder } from '../openForTest.ts';

const folder = temporaryFolder();
const written = fileURLToPath(new URL('../../../oracle/torchFiles', import.meta.url));
const { files } = JSON.parse(readFileSync(`${written}.json`, 'utf8')) as {
  readonly files: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
};

/** What a file with some bytes gives: its embeddings, or the code of the refusal. Any other end fails. */
async function outcome(bytes: Uint8Array): Promise<Record<string, number[][]> | string> {
  writeFileSync(join(folder, 'x.pt'), bytes);
  let dataset: Dataset | undefined;
  try {
    dataset = await openReader(pytorch, { path: 'x.pt' }, folder);
    return await readAll(dataset, 100);
  } catch (error) {
    await dataset?.close();
    if (!(error instanceof InputError)) throw error;
    return error.code;
  }
}

/** One to four changes: bytes set, flipped, taken out or put in. */
function mutated(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  const changes = 1 + random.integer(0, 4);
  for (let i = 0; i < changes; i++) {
    const at = random.integer(0, result.length);
    const value = [0, 1, 0x7f, 0x80, 0xff, random.integer(0, 256)][random.integer(0, 6)]!;
    switch (random.integer(0, 4)) {
      case 0:
        result[at] = value;
        break;
      case 1:
        result[at] = result[at]! ^ (1 << random.integer(0, 8));
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random.integer(0, 8))]);
        break;
      default:
        result = Buffer.concat([result.subarray(0, at), Buffer.from([value]), result.subarray(at)]);
    }
  }
  return result;
}

describe('changed files of torch', () => {
  it('an archive gives the right numbers or a refusal, whatever 2,000 changes', async () => {
    const random = new Random(5);
    const original = readFileSync(join(written, 'zip_dict.pt'));
    const refusals = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      const found = await outcome(mutated(original, random));
      if (typeof found === 'string') refusals.add(found);
      else expect(found).toEqual(files['zip_dict.pt']);
    }
    expect([...refusals]).toContain('archive-damaged');
  });

  it.each(['legacy_others.pt', 'legacy_numpy.pt', 'legacy_rows.pt', 'oldest.pt'])(
    'the older format is read to its end or refused, whatever 500 changes: %s',
    async (name) => {
      const random = new Random(6);
      const original = readFileSync(join(written, name));
      const refusals = new Set<string>();
      for (let i = 0; i < 500; i++) {
        const found = await outcome(mutated(original, random));
        if (typeof found === 'string') refusals.add(found);
      }
      expect([...refusals].some((code) => /^(pytorch|pickle)-damaged$/.test(code))).toBe(true);
    },
  );

  it.each(['zip_dict.pt', 'legacy_dict.pt', 'oldest.pt'])('every cut of %s is refused', async (name) => {
    const original = readFileSync(join(written, name));
    for (let length = 0; length < original.length; length += length < 300 ? 5 : 97) {
      const found = await outcome(original.subarray(0, length));
      // The end of a tar archive is padding.
      if (typeof found !== 'string') expect([name, found]).toEqual(['oldest.pt', files['oldest.pt']]);
    }
  });
});
