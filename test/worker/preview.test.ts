import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { npyFile } from '../npyFile.ts';
import { useWorker } from './useWorker.ts';

const { folder, handlers, measure, write } = useWorker();

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 60 } } })
    .png()
    .toBuffer();

it('shows the rows that were measured: pictures small, texts as they are, labels', async () => {
  await write('wide.png', await picture(600, 100));
  await write('small.png', await picture(10, 20));
  await write('broken.png', 'none');
  await write(
    'pairs.csv',
    'name,file,caption,class\na,wide.png,a wide one,red\nb,broken.png,a broken one,blue\nc,small.png,a small one,red\n',
  );
  const columns = '{ image: file, text: caption }';
  const runFolder = await measure(
    `{ kind: table, path: pairs.csv, columns: ${columns}, id: name, labels: class }`,
  );
  const ask = handlers();
  const wide = await ask('preview', { runFolder, row: 0, modality: 'image' });
  expect(wide).toMatchObject({ id: 'a', label: 'red', text: null, file: join(folder(), 'wide.png') });
  expect(await metadata(wide.thumbnail)).toMatchObject({ format: 'jpeg', width: 256, height: 43 });
  const small = await ask('preview', { runFolder, row: 1, modality: 'image' });
  expect(small.id).toBe('c');
  expect(await metadata(small.thumbnail)).toMatchObject({ width: 10, height: 20 });
  expect(await ask('preview', { runFolder, row: 1, modality: 'text' })).toEqual({
    id: 'c',
    label: 'red',
    thumbnail: null,
    text: 'a small one',
    file: null,
  });
  for (const row of [-1, 2, 0.5]) {
    const missing = ask('preview', { runFolder, row, modality: 'image' });
    await expect(missing).rejects.toMatchObject({ code: 'row-missing' });
  }
  await expect(ask('preview', { runFolder, row: 0, modality: 'sound' })).rejects.toMatchObject({
    code: 'unknown-modality',
  });
});

it('shows the rows of the classes that were chosen', async () => {
  const rows = Array.from({ length: 40 }, (_, row) => `${'xyz'[row % 3]!} ${row},${'xyz'[row % 3]!}\n`);
  await write('labelled.csv', `caption,class\n${rows.join('')}`);
  const runFolder = await measure(
    '{ kind: table, path: labelled.csv, labels: class, classes: [z, x], limit: 8, sampling: random }',
    'seed: 5\n',
  );
  const ask = handlers();
  for (let row = 0; row < 8; row++) {
    const { id, label, text } = await ask('preview', { runFolder, row, modality: 'text' });
    expect(['x', 'z']).toContain(label);
    expect(text).toMatch(new RegExp(`^${label!} `));
    expect(id).toBe(`row-${Number(text!.slice(2)) + 1}`);
  }
});

it('shows the name of a row of embeddings', async () => {
  await write('e.npy', npyFile([1, 3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)));
  const runFolder = await measure('{ kind: npy, path: e.npy }');
  const shown = await handlers()('preview', { runFolder, row: 2, modality: 'modality' });
  expect(shown).toEqual({ id: '3', label: null, thumbnail: null, text: null, file: null });
});

it('says that data are gone, and shows them when they are back', async () => {
  await write('lines.txt', 'one\ntwo\nthree\n');
  const runFolder = await measure('{ kind: text-lines, path: lines.txt }');
  await rm(join(folder(), 'lines.txt'));
  const ask = handlers();
  const params = { runFolder, row: 1, modality: 'text' };
  await expect(ask('preview', params)).rejects.toMatchObject({ code: 'file-unreadable' });
  await write('lines.txt', 'one\ntwo\nthree\n');
  expect(await ask('preview', params)).toMatchObject({ text: 'two' });
});

function metadata(uri: string | null) {
  return sharp(Buffer.from(uri!.replace('data:image/jpeg;base64,', ''), 'base64')).metadata();
}
