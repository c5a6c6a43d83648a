import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlobSpool } from '../../../server/engine/datasets/blobSpool.ts';

it('gives back every blob, small and large, whatever is added between', async () => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.constantFrom(2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 600_000),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(size, { maxLength: 12 }), async (sizes) => {
      const spool = new BlobSpool();
      try {
        const blobs = sizes.map((length, index) => new Uint8Array(length).fill(index + 1));
        for (const [index, blob] of blobs.entries()) {
          // The caller may use its memory again.
          const given = blob.slice();
          await spool.add(given);
          given.fill(255);
          expect(Buffer.compare(await spool.read(index), blob)).toBe(0);
        }
        const found = await Promise.all(blobs.map((_, index) => spool.read(index)));
        expect(found.every((blob, index) => Buffer.compare(blob, blobs[index]!) === 0)).toBe(true);
      } finally {
        await spool.close();
      }
    }),
    { numRuns: 40 },
  );
});
