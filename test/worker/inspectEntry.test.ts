import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { npyFile } from '../npyFile.ts';
import { useWorker } from './useWorker.ts';

const { folder, handlers, write } = useWorker();

const ask = <M extends 'inspectEntry' | 'inspectClasses'>(method: M, entry: Record<string, unknown>) =>
  handlers()(method, { entry, keepsInvalidRows: false, baseFolder: folder() });

async function writeFolder(): Promise<void> {
  for (const name of ['dog', 'cat']) await mkdir(join(folder(), 'photos', name), { recursive: true });
  for (const name of ['dog/1.jpg', 'dog/2.jpg', 'cat/1.jpg']) await write(`photos/${name}`, '');
}

it('tells the rows and classes that an entry takes', async () => {
  await writeFolder();
  const entry = { kind: 'folder', path: 'photos' };
  expect(await ask('inspectEntry', entry)).toMatchObject({ rows: 3, classes: ['cat', 'dog'] });
  expect(await ask('inspectEntry', { ...entry, classes: ['dog'] })).toMatchObject({
    rows: 2,
    classes: ['dog'],
  });
});

it('refuses rows without numbers as a run does, or does not where that leaves them out', async () => {
  await write('some.jsonl', '{"image":null,"text":[1,2]}\n{"image":[3,4],"text":[5,6]}\n');
  const entry = { kind: 'table', path: 'some.jsonl' };
  await expect(ask('inspectEntry', entry)).rejects.toMatchObject({ code: 'embedding-invalid' });
  const asked = { entry, keepsInvalidRows: true, baseFolder: folder() };
  expect(await handlers()('inspectEntry', asked)).toMatchObject({ rows: 2 });
});

it('counts all classes, whatever an entry takes of them', async () => {
  await writeFolder();
  await write('labelled.csv', 'caption,class\na,x\nb,y\nc,x\nd,\n');
  const chosen = { classes: ['gone'], limit: 1 };
  expect(await ask('inspectClasses', { kind: 'folder', path: 'photos', ...chosen })).toEqual({
    classes: [
      { name: 'cat', rows: 1 },
      { name: 'dog', rows: 2 },
    ],
    isComplete: true,
  });
  expect(
    await ask('inspectClasses', { kind: 'table', path: 'labelled.csv', labels: 'class', ...chosen }),
  ).toEqual({
    classes: [
      { name: 'x', rows: 2 },
      { name: 'y', rows: 1 },
    ],
    isComplete: true,
  });
});

it('says when there are too many to list', async () => {
  const rows = Array.from({ length: 10_001 }, (_, row) => `a,c${row}\n`);
  await write('many.csv', `caption,class\n${rows.join('')}`);
  const found = await ask('inspectClasses', { kind: 'table', path: 'many.csv', labels: 'class' });
  expect([found.classes.length, found.isComplete]).toEqual([10_000, false]);
});

it('refuses data without labels', async () => {
  await write('e.npy', npyFile([1, 2, 2], new Float32Array(4).fill(1)));
  await expect(ask('inspectClasses', { kind: 'npy', path: 'e.npy' })).rejects.toMatchObject({
    code: 'labels-missing',
  });
  await expect(ask('inspectClasses', { kind: 'nothing' })).rejects.toMatchObject({ code: 'unknown-kind' });
});
