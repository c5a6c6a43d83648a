import { expect, it } from 'vitest';
import { unequalRows } from '../../../server/engine/datasets/unequalRows.ts';

const image = { modality: 'image', rows: 20, columns: 8, file: '/x/image.npy' };
const text = { modality: 'text', rows: 33, columns: 8, file: '/x/text.npy' };
const said = (...args: Parameters<typeof unequalRows>) => unequalRows(...args).message;

it('names each file once', () => {
  expect(said(image, text)).toBe(
    'image has 20 rows (/x/image.npy), text 33 (/x/text.npy); row i of each must belong together',
  );
  expect(said(image, { ...text, file: image.file })).toBe(
    '/x/image.npy: image has 20 rows, text 33; row i of each must belong together',
  );
  expect(unequalRows(image, text)).toMatchObject({ code: 'unequal-rows', place: { file: text.file } });
});

it('says how captions of an image are counted, whichever comes first', () => {
  const advice = /image belongs to 5 rows of text .* np\.repeat\(image, 5, axis=0\)/;
  expect(said(image, { ...text, rows: 100 })).toMatch(advice);
  expect(said({ ...text, rows: 100 }, image)).toMatch(advice);
  expect(said(image, { ...text, rows: 20_000 })).not.toContain('np.repeat');
});

it('says what is transposed', () => {
  expect(said(image, { ...text, rows: 8, columns: 20 })).toContain('x.T');
});
