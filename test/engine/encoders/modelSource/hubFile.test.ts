import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkListing, contentHash } from '../../../../server/engine/encoders/modelSource/hubFile.ts';
import { gitId, sha256 } from './fakeHub.ts';

const oid = 'a'.repeat(40);
const part = fc.oneof(
  fc.constantFrom('..', '.', '', 'C:', 'c:x', 'onnx', 'model.onnx', 'a..b', '...'),
  fc.string({ maxLength: 4 }),
);
const path = fc
  .array(fc.tuple(part, fc.constantFrom('/', '/', '\\')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.flatMap(([name, separator], at) => (at === 0 ? [name] : [separator, name])).join(''));

it('lets no name pass that leaves the folder, on any system', () => {
  let passed = 0;
  fc.assert(
    fc.property(path, (name) => {
      try {
        checkListing([{ path: name, size: 1, digest: oid, gitId: oid }], 'It');
      } catch {
        return;
      }
      passed += 1;
      expect(posix.resolve('/models/a', name).startsWith('/models/a/')).toBe(true);
      expect(win32.resolve('D:\\models\\a', name).startsWith('D:\\models\\a\\')).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(passed).toBeGreaterThan(50);
});

it('lets the names of models pass', () => {
  const names = ['config.json', '.gitattributes', 'onnx/model_fp16.onnx', '1_Pooling/config.json', 'a b/é…x'];
  const listing = names.map((name) => ({ path: name, size: 0, digest: oid, gitId: oid }));
  expect(() => {
    checkListing(listing, 'It');
  }).not.toThrow();
});

it('hashes content as git does, and as large file storage does', () => {
  // `printf hello | git hash-object --stdin` and `printf hello | sha256sum`.
  const git = 'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0';
  const large = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  for (const digest of [git, large]) {
    const hash = contentHash({ path: 'x', size: 5, digest, gitId: git });
    expect(hash.update('hello').digest('hex')).toBe(digest);
  }
  expect([gitId(Buffer.from('hello')), sha256(Buffer.from('hello'))]).toEqual([git, large]);
});
