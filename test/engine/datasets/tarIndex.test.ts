import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { indexTar, type TarIndex } from '../../../server/engine/datasets/tarIndex.ts';
import { editHeader, tarArchive } from './tarArchive.ts';

const signal = new AbortController().signal;

function index(archive: Uint8Array): Promise<TarIndex> {
  const read = (position: number, target: Uint8Array): Promise<void> => {
    if (position + target.length > archive.length) throw new RangeError('read beyond the end');
    target.set(archive.subarray(position, position + target.length));
    return Promise.resolve();
  };
  return indexTar({ size: archive.length, sequential: false, read }, 'shard.tar', signal);
}

async function contents(archive: Buffer): Promise<[string, string][]> {
  const { members } = await index(archive);
  return members.map(({ name, offset, size }) => [name, archive.toString('utf8', offset, offset + size)]);
}

describe('members', () => {
  it('are what tar-stream wrote: any names, any sizes', async () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
    const part = word.filter((text) => !/[/\\\0:]/.test(text) && text !== '.' && text !== '..');
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const size = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.constantFrom(512, 1024, 70_000, 200_000));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, size), { maxLength: 8 }), async (entries) => {
        const expected = entries.map(([path, length], at): [string, string] => [
          path,
          String(at).repeat(length),
        ]);
        expect(await contents(await tarArchive(expected))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('have the names of GNU’s long-name headers', async () => {
    const long = `${'folder/'.repeat(30)}a.jpg`;
    const archive = await tarArchive([
      ['././@LongLink', `${long}\0`],
      ['truncated', 'content'],
      ['b.jpg', 'next'],
    ]);
    editHeader(archive, 0, (header) => header.write('L', 156, 'latin1'));
    expect(await contents(archive)).toEqual([
      [long, 'content'],
      ['b.jpg', 'next'],
    ]);
  });

  it('may have binary sizes and headers of the oldest kind', async () => {
    const archive = await tarArchive([['./a.txt', 'abc']]);
    editHeader(archive, 0, (header) => {
      header.fill(0, 124, 136);
      header[124] = 0x80;
      header[135] = 3;
      header.fill(0, 156, 157);
      header.fill(0, 257, 265);
    });
    expect(await contents(archive)).toEqual([['a.txt', 'abc']]);
  });

  it('are regular files alone; links are named, folders passed over', async () => {
    const archive = await tarArchive([
      ['folder', '', { type: 'directory' }],
      ['a.jpg', 'a'],
      ['b.jpg', '', { type: 'symlink', linkname: '/etc/passwd' }],
      ['c.jpg', '', { type: 'link', linkname: 'a.jpg' }],
    ]);
    const { members, unusable } = await index(archive);
    expect(members.map(({ name }) => name)).toEqual(['a.jpg']);
    expect(unusable.map(({ name }) => name)).toEqual(['b.jpg', 'c.jpg']);
  });
});

describe('bad archives', () => {
  it.each([
    '../evil.jpg',
    '/etc/evil.jpg',
    'a/../../evil.jpg',
    'C:evil.jpg',
    'a\\..\\evil.jpg',
    `${'x/'.repeat(80)}../e`,
  ])('with the name %s are refused by that name', async (name) => {
    await expect(
      index(
        await tarArchive([
          ['fine.jpg', 'x'],
          [name, 'x'],
        ]),
      ),
    ).rejects.toMatchObject({
      code: 'path-outside',
      message: expect.stringContaining(JSON.stringify(name)) as string,
    });
  });

  it('cut anywhere before the end mark are truncated', async () => {
    const archive = await tarArchive([
      ['a.txt', 'x'.repeat(700)],
      [`${'long'.repeat(60)}.txt`, 'y'],
    ]);
    const end = archive.length - 1024;
    for (let length = 0; length <= end + 511; length += 73) {
      await expect(index(archive.subarray(0, length)), `at ${length}`).rejects.toMatchObject({
        code: 'tar-truncated',
      });
    }
    expect((await index(archive.subarray(0, end + 512))).members).toHaveLength(2);
  });

  it('that lie about a size, beyond the end or as no number, do not get far', async () => {
    const archive = await tarArchive([['a.txt', 'abc']]);
    const sizes: [string, string][] = [
      ['77777777777\0', 'tar-truncated'],
      ['abcdefghijk\0', 'tar-corrupt'],
      ['-0000000001\0', 'tar-corrupt'],
    ];
    for (const [size, code] of sizes) {
      editHeader(archive, 0, (header) => header.write(size, 124, 'latin1'));
      await expect(index(archive), size).rejects.toMatchObject({ code });
    }
  });

  it('that are something else are named so', async () => {
    await expect(index(gzipSync(await tarArchive([['a', 'x']])))).rejects.toMatchObject({
      code: 'tar-compressed',
    });
    await expect(index(Buffer.alloc(5000, 'text '))).rejects.toMatchObject({ code: 'tar-corrupt' });
    const flipped = await tarArchive([
      ['a.txt', 'x'],
      ['b.txt', 'x'],
    ]);
    flipped[1024 + 3]! ^= 1;
    await expect(index(flipped)).rejects.toMatchObject({
      code: 'tar-corrupt',
      message: expect.stringContaining('byte 1024') as string,
    });
  });

  it('never make it fail otherwise, or hang', async () => {
    const archive = await tarArchive([
      ['a.txt', 'x'],
      [`${'long'.repeat(60)}.txt`, 'y'],
    ]);
    const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), async (changes) => {
        const broken = Buffer.from(archive);
        for (const [at, byte] of changes) broken[at] = byte;
        for (let at = 0; at < broken.length; at += 512) {
          if (broken.subarray(at, at + 512).some((byte) => byte !== 0))
            editHeader(broken, at, () => undefined);
        }
        const outcome = await index(broken).catch((error: unknown) => error);
        expect(outcome instanceof Error ? outcome.name : 'InputError').toBe('InputError');
      }),
      { numRuns: 300 },
    );
  });
});
