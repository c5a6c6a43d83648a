import { expect, it } from 'vitest';
import { createProgressBar, formatSeconds } from '../../server/cli/progressBar.ts';

function recorder(isTTY: boolean, columns = 100) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns, write: (text: string) => written.push(text) } };
}

it('writes the first, the last and one line every five seconds where there is no terminal', () => {
  const { written, stream } = recorder(false);
  let time = 0;
  const { update, clear } = createProgressBar(stream, () => time);
  for (let done = 0; done <= 100; done++) {
    update({ stage: 'embedding', done, total: 100, unit: 'images' });
    time += 100;
  }
  clear();
  expect(written).toEqual([
    'embedding: 0/100 images\n',
    'embedding: 50/100 images, 10/s, 5 s left\n',
    'embedding: 100/100 images, 10/s\n',
  ]);
});

it('draws a bar on a terminal, within its width, and takes it off', () => {
  const { written, stream } = recorder(true, 40);
  let time = 0;
  const { update, clear } = createProgressBar(stream, () => time);
  update({ stage: 'reading', done: 0, total: 4, unit: 'rows' });
  time = 1000;
  update({ stage: 'reading', done: 2, total: 4, unit: 'rows' });
  clear();
  clear();
  expect(written).toHaveLength(3);
  expect(written[1]).toBe('\r\u001B[2K████████████░░░░░░░░░░░░ reading: 2/4 r');
  expect(written[2]).toBe('\r\u001B[2K');
});

it('does not redraw a terminal for every update', () => {
  const { written, stream } = recorder(true);
  const { update } = createProgressBar(stream, () => 0);
  for (let done = 0; done < 1000; done++) update({ stage: 'pairs', done, unit: 'pairs' });
  expect(written).toHaveLength(1);
});

it.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
])('says %d seconds as %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
