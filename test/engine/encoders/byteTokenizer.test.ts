import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteTokens } from '../../../server/engine/encoders/byteTokenizer.ts';

describe('tokens of a text', () => {
  it('are start, bytes, end and zeros', () => {
    expect([...byteTokens('aé', 7, 258).tokens]).toEqual([256, 97, 0xc3, 0xa9, 257, 0, 0]);
    expect([...byteTokens('', 3, 49408).tokens]).toEqual([49406, 49407, 0]);
  });

  it('have exactly one end, the highest token, however long the text is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.integer({ min: 2, max: 30 }),
        (text, context) => {
          const { tokens, isTruncated } = byteTokens(text, context, 300);
          const bytes = new TextEncoder().encode(text).length;
          const end = Math.min(bytes, context - 2) + 1;
          expect(isTruncated).toBe(bytes > context - 2);
          expect(tokens).toHaveLength(context);
          expect(tokens.indexOf(299)).toBe(end);
          expect(tokens.filter((token) => token >= 256)).toHaveLength(2);
          expect(tokens.subarray(end + 1).every((token) => token === 0)).toBe(true);
        },
      ),
    );
  });
});
