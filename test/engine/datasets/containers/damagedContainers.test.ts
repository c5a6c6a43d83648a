import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openArrow } from '../../../../server/engine/datasets/containers/arrow/openArrow.ts';
import type { Container, ContainerSource } from '../../../../server/engine/datasets/containers/container.ts';
import { openHdf5 } from '../../../../server/engine/datasets/containers/hdf5/openHdf5.ts';
import { openZarr } from '../../../../server/engine/datasets/containers/zarr/openZarr.ts';
import { InputError } from '../../../../server/engine/problems.ts';
import { temporaryFolder } from '../openForTest.ts';
import { containersFolder } from './containerFiles.ts';

const folder = temporaryFolder();
const arrowFolder = fileURLToPath(new URL('../../../oracle/arrow', import.meta.url));
const mutations = Number(process.env['CONTAINER_MUTATIONS'] ?? 40);

/** Opens a file and reads some rows of all its arrays. What comes out is their bytes, or an InputError. */
async function readEverything(open: (source: ContainerSource) => Promise<Container>, path: string) {
  let container: Container | undefined;
  try {
    container = await open({ path });
    const read: string[] = [];
    for (const [index, { type, shape }] of container.arrays.entries()) {
      if (type === null || shape.includes(0) || shape.length === 0) continue;
      const count = shape.map((length, axis) => (axis === shape.length - 1 ? length : Math.min(length, 40)));
      // What a reader would be asked for has a bound: larger rows are refused before.
      if (count.reduce((product, length) => product * length, type.bytes) > 2 ** 24) continue;
      const values = await container.read(
        index,
        shape.map(() => 0),
        count,
      );
      read.push(Buffer.from(values).toString('base64'));
    }
    return read;
  } catch (error) {
    return error;
  } finally {
    await container?.close();
  }
}

const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) }) },
  // Lengths that lie: large, negative, zero.
  {
    weight: 3,
    arbitrary: fc.record({
      at: fc.nat(),
      bytes: fc.constantFrom(
        ...['ffffffff', 'ffffff7f', '00000000', '00000080', 'ffffffffffffff7f', '0000000001000000'].map(
          (hex) => Buffer.from(hex, 'hex'),
        ),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at: fc.nat(), bytes: fc.constant(null) }) },
);

/** A file with some bytes changed, or cut off. */
function damaged(
  whole: Buffer,
  edits: readonly { readonly at: number; readonly bytes: Uint8Array | null }[],
): Buffer {
  let bytes = Buffer.from(whole);
  for (const { at, bytes: written } of edits) {
    const position = at % (bytes.length + 1);
    if (written === null) bytes = bytes.subarray(0, position);
    else bytes.set(written.subarray(0, bytes.length - position), position);
  }
  return bytes;
}

describe.each<[string, (source: ContainerSource) => Promise<Container>, string]>([
  ['hdf5', openHdf5, join(containersFolder, 'stored.h5')],
  ['hdf5', openHdf5, join(containersFolder, 'latest.h5')],
  ['arrow', openArrow, join(arrowFolder, 'stream_lz4.arrow')],
  ['arrow', openArrow, join(arrowFolder, 'file_zstd.arrow')],
  ['arrow', openArrow, join(arrowFolder, 'file_uncompressed.arrow')],
  ['zarr', openZarr, join(containersFolder, 'types.zarr.zip')],
])('a damaged file: %s', (kind, open, file) => {
  it(file.split('/').at(-1)!, async () => {
    const whole = readFileSync(file);
    const path = join(folder, `damaged-${kind}${kind === 'zarr' ? '.zarr.zip' : ''}`);
    writeFileSync(path, whole);
    const right = await readEverything(open, path);
    expect(right).toBeInstanceOf(Array);
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        writeFileSync(path, damaged(whole, edits));
        const outcome = await readEverything(open, path);
        expect(Array.isArray(outcome) || outcome instanceof InputError ? null : outcome).toBeNull();
        if (outcome instanceof InputError) expect(outcome.message.length).toBeLessThanOrEqual(1000);
      }),
      { numRuns: mutations },
    );
    // Whatever came before, a file that is whole is read as it was.
    writeFileSync(path, whole);
    expect(await readEverything(open, path)).toEqual(right);
  });
});
