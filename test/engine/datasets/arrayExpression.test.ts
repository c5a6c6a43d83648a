import { DuckDBInstance } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { arrayExpression } from '../../../server/engine/datasets/arrayExpression.ts';
import { quoteText } from '../../../server/engine/datasets/sqlQuoting.ts';

/** Texts by NumPy, pandas and torch, made by `test/oracle/printedArrays.py`. */
const oracle = JSON.parse(
  readFileSync(new URL('../../oracle/printedArrays.json', import.meta.url), 'utf8'),
) as { readonly name: string; readonly text: string; readonly values: readonly number[] }[];

let instance: DuckDBInstance;
beforeAll(async () => {
  instance = await DuckDBInstance.create();
});
afterAll(() => {
  instance.closeSync();
});

async function numbersIn(texts: readonly string[]): Promise<unknown[]> {
  const connection = await instance.connect();
  const values = texts.map((text) => `(${quoteText(text)})`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT ${arrayExpression('t')} FROM (VALUES ${values}) v(t)`,
  );
  connection.closeSync();
  return reader.getRowsJS().map(([value]) => value);
}

it('reads arrays as they are printed', async () => {
  const found = await numbersIn(oracle.map(({ text }) => text));
  oracle.forEach(({ name, values }, index) => {
    expect([name, found[index]]).toEqual([name, values.map(Math.fround)]);
  });
});

it('reads tensors with what torch adds, and numbers alone', async () => {
  const texts = [
    "tensor([0.5000, 0.2500], device='cuda:0', grad_fn=<SqueezeBackward1>)",
    'tensor([0.5000, 0.2500], dtype=torch.float16, requires_grad=True)',
    '[array(0.5, dtype=float32), 0.25]',
    '0.5 0.25',
    ' 0.5;0.25\n',
  ];
  expect(await numbersIn(texts)).toEqual(texts.map(() => [0.5, 0.25]));
});

it('reads nothing else as numbers', async () => {
  expect(
    await numbersIn(['[[1, 2], [3, 4]]', 'a cat', '[1, two]', '[1,,2]', '[1, None]', '[0.1 ... 0.2]']),
  ).toEqual([
    null,
    [null, null],
    [1, null],
    [1, null, 2],
    [1, null],
    [Math.fround(0.1), null, Math.fround(0.2)],
  ]);
});
