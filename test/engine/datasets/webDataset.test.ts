import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webDataset } from '../../../server/engine/datasets/webDataset.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { npyFile } from '../../npyFile.ts';
import { imageBytes, loadedRow, openSamples, rowTexts } from './openSamples.ts';
import { tarArchive, type TarEntry } from './tarArchive.ts';

const folder = useTemporaryFolder();

async function write(name: string, entries: readonly TarEntry[]): Promise<void> {
  await writeFile(join(folder(), name), await tarArchive(entries));
}

const open = (params: Parameters<typeof openSamples<typeof webDataset.params>>[1]) =>
  openSamples(webDataset, params, folder());

describe('samples', () => {
  it('are the members whose names agree up to the first dot', async () => {
    await write('a.tar', [
      ['x/0001.jpg', 'image 1'],
      ['x/0001.txt', ' first \n'],
      ['x/0001.cls', '3\n'],
      ['y/0001.seg.png', 'not the image'],
      ['y/0001.PNG', 'image 2'],
      ['y/0001.json', '{"caption": "second", "age": 7}'],
      ['y/0001.cls', '5'],
      ['._0001.jpg', 'hidden'],
      ['README', 'no key'],
    ]);
    const dataset = await open({ path: 'a.tar' });
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['image', 'text']);
    expect(await rowTexts(dataset)).toEqual([
      ['x/0001', 'first'],
      ['y/0001', 'second'],
    ]);
    expect(Buffer.from(await imageBytes(dataset, 1)).toString()).toBe('image 2');
    expect(dataset.facts).toEqual({ ids: ['x/0001', 'y/0001'], labels: ['3', '5'] });
    expect(dataset.skipped).toEqual([]);
  });

  it('have attributes and captions from JSON as asked', async () => {
    await write('a.tar', [
      ['1.jpg', '1'],
      ['1.json', '{"text": "one", "gender": "f", "tags": [1, 2]}'],
      ['2.jpg', '2'],
      ['2.json', '{"text": "two"}'],
    ]);
    const dataset = await open({ path: 'a.tar', caption: 'text', attributes: ['gender', 'tags'] });
    expect((await rowTexts(dataset)).map((row) => row[1])).toEqual(['one', 'two']);
    expect(dataset.facts.attributes).toEqual({ gender: ['f', ''], tags: ['[1,2]', ''] });
  });

  it('name the types of members that are not read', async () => {
    await write('a.tar', [
      ['1.jpg', 'a'],
      ['1.json', '{"text": "one"}'],
      ['1.npz', 'x'],
      ['2.jpg', 'b'],
      ['2.npz', 'y'],
    ]);
    const { notes } = await open({ path: 'a.tar' });
    expect(notes).toEqual([
      {
        code: 'left-out',
        message:
          'a.tar: 2 types of member were not read as a modality: .json (1.json), .npz (2, first 1.npz)',
      },
    ]);
    expect((await open({ path: 'a.tar', contents: ['image'] })).notes).toEqual([]);
    expect((await open({ path: 'a.tar', attributes: ['text'] })).notes[0]!.message).not.toContain('json');
  });

  it('are left out, and named, where their image is of a format that is known and not read', async () => {
    const members: TarEntry[] = [
      ['1.jpg', 'a'],
      ['1.txt', 'one'],
      ['2.heic', 'b'],
      ['2.txt', 'two'],
    ];
    await write('a.tar', members);
    const dataset = await open({ path: 'a.tar' });
    expect(dataset.facts.ids).toEqual(['1']);
    const reason = expect.stringMatching(
      /^2\.heic: by its name it is HEIC, .* not read; convert it/,
    ) as string;
    expect(dataset.skipped).toEqual([{ id: '2', reason }]);
    expect((await open({ path: 'a.tar', contents: ['text'] })).count).toBe(2);
    await write('b.tar', members.slice(2));
    await expect(open({ path: 'b.tar' })).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringContaining('1 row was left out (2: 2.heic: by its name it is HEIC') as string,
    });
  });

  it('may be those of some classes', async () => {
    await write('a.tar', [
      ['1.jpg', 'a'],
      ['1.cls', '0'],
      ['2.jpg', 'b'],
      ['2.cls', '1'],
      ['3.jpg', 'c'],
      ['3.cls', '0'],
    ]);
    const dataset = await open({ path: 'a.tar', classes: ['0'] });
    expect(dataset.facts).toEqual({ ids: ['1', '3'], labels: ['0', '0'] });
    expect(Buffer.from(await imageBytes(dataset, 1)).toString()).toBe('c');
    await expect(open({ path: 'a.tar', classes: ['2'] })).rejects.toMatchObject({
      code: 'unknown-class',
      message: expect.stringContaining('expected one of 0, 1') as string,
    });
    await write('b.tar', [
      ['1.jpg', 'a'],
      ['1.cls', '0'],
      ['2.jpg', 'b'],
    ]);
    await expect(open({ path: 'b.tar', classes: ['0'] })).rejects.toMatchObject({
      code: 'labels-missing',
      message: expect.stringContaining('`.cls`') as string,
    });
  });

  it('come from several shards in order, named apart, also when only some are taken', async () => {
    await write('s-00.tar', [
      ['1.jpg', 'a'],
      ['2.jpg', 'b'],
    ]);
    await write('s-01.tar', [['1.jpg', 'c']]);
    for (const path of ['s-{00..01}.tar', 's-*.tar', ['s-00.tar', 's-01.tar']]) {
      const dataset = await open({ path });
      expect(dataset.facts.ids).toEqual(['s-00.tar:1', 's-00.tar:2', 's-01.tar:1']);
      expect(dataset.modalities.map(({ name }) => name)).toEqual(['image']);
      expect(Buffer.from(await imageBytes(dataset, 2)).toString()).toBe('c');
    }
    expect((await open({ path: 's-*.tar', limit: 2 })).count).toBe(2);
  });

  const media: readonly TarEntry[] = [
    ['1.mp4', 'film'],
    ['1.opus', 'sound'],
    ['1.npy', npyFile([2], Float32Array.of(1, 2))],
    ['1.json', '{"caption": "one"}'],
    ['2.webm', 'film 2'],
    ['2.mp3', 'sound 2'],
    ['2.txt', 'two'],
  ];

  it('may be sounds, videos and tensors', async () => {
    await write('a.tar', media);
    const dataset = await open({ path: 'a.tar' });
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['audio', 'video', 'tensor', 'text']);
    expect(dataset.skipped).toEqual([{ id: '2', reason: 'the sample has no tensor' }]);
    const [sound, film, tensor, text] = await loadedRow(dataset, 0);
    expect(Buffer.from(sound as Uint8Array).toString()).toBe('sound');
    expect(film).toEqual({ kind: 'bytes', bytes: new Uint8Array(Buffer.from('film')) });
    expect(tensor).toEqual({ shape: [2], data: Float32Array.of(1, 2) });
    expect(text).toBe('one');
  });

  it('have the contents that are asked for', async () => {
    await write('a.tar', media);
    const dataset = await open({ path: 'a.tar', contents: ['text', 'audio'] });
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['audio', 'text']);
    expect(dataset.count).toBe(2);
    await expect(open({ path: 'a.tar', contents: ['audio', 'image'] })).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringContaining('the sample has no image') as string,
    });
  });

  it('may be texts alone', async () => {
    await write('a.tar', [
      ['1.txt', 'one'],
      ['2.txt', 'two'],
    ]);
    const dataset = await open({ path: 'a.tar' });
    expect(dataset.modalities).toEqual([{ name: 'text', content: 'text' }]);
    expect((await rowTexts(dataset)).map((row) => row[1])).toEqual(['one', 'two']);
  });

  it('are left out by name where they are incomplete or broken', async () => {
    await write('a.tar', [
      ['1.jpg', '1'],
      ['1.txt', 'one'],
      ['2.jpg', '2'],
      ['3.txt', 'three'],
      ['4.jpg', '4'],
      ['4.json', '{"caption": '],
      ['5.jpg', '', { type: 'symlink', linkname: '1.jpg' }],
    ]);
    const dataset = await open({ path: 'a.tar' });
    expect(dataset.count).toBe(1);
    expect(dataset.skipped.map(({ id }) => id).sort()).toEqual(['2', '3', '4', '5.jpg']);
    expect(dataset.skipped.find(({ id }) => id === '2')?.reason).toBe('the sample has no text');
    expect(dataset.skipped.find(({ id }) => id === '4')?.reason).toContain('4.json');
  });
});

describe('bad input', () => {
  it('a name that leads out of the archive', async () => {
    await write('a.tar', [
      ['1.jpg', 'x'],
      ['../../evil.jpg', 'x'],
    ]);
    await expect(open({ path: 'a.tar' })).rejects.toMatchObject({
      code: 'path-outside',
      message: expect.stringContaining('"../../evil.jpg"') as string,
    });
  });

  it('a truncated shard, an empty one, a missing one, and one without samples', async () => {
    await write('cut.tar', [['1.jpg', 'x'.repeat(5000)]]);
    await truncate(join(folder(), 'cut.tar'), 3000);
    await writeFile(join(folder(), 'empty.tar'), '');
    await write('other.tar', [['1.xyz', 'x']]);
    for (const [path, code] of [
      ['cut.tar', 'tar-truncated'],
      ['empty.tar', 'tar-truncated'],
      ['missing.tar', 'file-unreadable'],
      ['.', 'file-unreadable'],
      ['other.tar', 'no-rows'],
    ] as const) {
      await expect(open({ path }), path).rejects.toMatchObject({ code });
    }
  });

  it('a member written twice', async () => {
    await write('a.tar', [
      ['1.jpg', 'x'],
      ['1.JPG', 'y'],
    ]);
    await expect(open({ path: 'a.tar' })).rejects.toMatchObject({ code: 'tar-duplicate' });
  });

  it('a caption that is empty or not UTF-8 fails its row alone', async () => {
    await write('a.tar', [
      ['1.txt', ' '],
      ['2.txt', Buffer.from([0xff])],
      ['3.txt', 'three'],
    ]);
    const dataset = await open({ path: 'a.tar' });
    await expect(dataset.read(0)).rejects.toMatchObject({ code: 'empty-caption' });
    await expect(dataset.read(1)).rejects.toMatchObject({ code: 'not-utf-8' });
    expect((await dataset.read(2)).items).toEqual([{ content: 'text', text: 'three' }]);
  });

  it('a shard that was cut after it was opened', async () => {
    await write('a.tar', [['1.jpg', 'x'.repeat(5000)]]);
    const dataset = await open({ path: 'a.tar' });
    await truncate(join(folder(), 'a.tar'), 1000);
    await expect(imageBytes(dataset, 0)).rejects.toMatchObject({ code: 'file-changed' });
  });
});
