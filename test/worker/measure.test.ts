import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../server/protocol/report.ts';
import { npyFile } from '../npyFile.ts';
import { useWorker } from './useWorker.ts';

const { folder, measureText, write } = useWorker();

async function measure(text: string): Promise<Report> {
  const runFolder = await measureText(text);
  return JSON.parse(await readFile(join(runFolder, 'report.json'), 'utf8')) as Report;
}

it('notes what the configuration has against its data, with the line', async () => {
  const values = Float32Array.from({ length: 16 }, (_, at) => Math.sin(at * at));
  await write('e.npy', npyFile([2, 4, 2], values));
  const { notes } = await measure(
    `name: few
data: { kind: npy, path: e.npy }
experiments:
  - kind: modality-gap
    metrics:
      - gap-distance
      - recall-at-5
`,
  );
  expect(notes).toContainEqual({
    code: 'k-not-below-rows',
    message:
      'Line 7 of the configuration: recall-at-5 ranks 4 rows: every query finds its partner among the first 5; expected more than 5 rows',
  });
});

it('refuses classes that the data do not have, and leaves nothing', async () => {
  await write('labelled.csv', 'caption,class\na,x\nb,y\n');
  const text = 'name: a\ndata: { kind: table, path: labelled.csv, labels: class, classes: [z] }\n';
  await expect(measure(text)).rejects.toMatchObject({ code: 'unknown-class' });
  await expect(readFile(join(folder(), 'runs', 'test', 'report.json'))).rejects.toThrow('ENOENT');
});
