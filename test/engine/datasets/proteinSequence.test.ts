import { describe, expect, it } from 'vitest';
import { firstNonResidue, proteinSequence } from '../../../server/engine/datasets/proteinSequence.ts';

it.each([
  ['MKV', 'MKV'],
  [' mk v\r\n\tUX*\n', 'MKVUX'],
  ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
])('%j', (text, sequence) => {
  expect(proteinSequence(text, 'x')).toBe(sequence);
  expect(firstNonResidue(text)).toBe(-1);
});

describe('refuses', () => {
  it.each([
    ['MK-V', 2],
    ['MK*V', 2],
    ['MKV**', 3],
    ['MK\n4V', 3],
    ['MKé', 2],
  ])('%j', (text, at) => {
    expect(firstNonResidue(text)).toBe(at);
    expect(() => proteinSequence(text, 'row-7')).toThrow(
      expect.objectContaining({
        code: 'protein-invalid',
        message: expect.stringMatching(`row-7 has .* as character ${at + 1}`) as string,
      }),
    );
  });

  it.each(['', ' \n', '*'])('%j, which is empty', (text) => {
    expect(() => proteinSequence(text, 'x')).toThrow('empty sequence');
  });
});
