import { describe, expect, it } from 'vitest';
import { withinTime } from '../../../../server/engine/encoders/tokenizers/boundedTime.ts';
import { onigurumaPattern } from '../../../../server/engine/encoders/tokenizers/onigurumaPattern.ts';

describe('withinTime', () => {
  it('gives what the work gives, and throws what it throws', () => {
    expect(withinTime(() => 4)).toBe(4);
    expect(() =>
      withinTime(() => {
        throw new RangeError('none');
      }),
    ).toThrow(new RangeError('none'));
  });

  it('ends a regular expression that would take for ever', () => {
    const text = `${'a'.repeat(60)}c`;
    expect(() => withinTime(() => /^(a|aa)+$/.test(text), 50)).toThrow('took longer than 0.05 s');
    expect(withinTime(() => text.includes('a'))).toBe(true);
  });
});

describe('a pattern', () => {
  it('goes from match to match as the reference does, also of nothing', () => {
    expect(onigurumaPattern('b*')('abb𐀀')).toEqual([
      [0, 0],
      [1, 3],
      [5, 5],
    ]);
  });

  it('has Oniguruma’s meanings', () => {
    expect(onigurumaPattern('^a')('a\na')).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(onigurumaPattern('(?m).+')('a\nb')).toEqual([[0, 3]]);
    expect(onigurumaPattern('\\h')('fg')).toEqual([[0, 1]]);
    expect(onigurumaPattern('[a-z&&[^b]]')('abc')).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(onigurumaPattern('a++a')('aaa')).toEqual([]);
  });

  it('is case-sensitive outside of (?i:…)', () => {
    expect(onigurumaPattern('(?i:s)|\\P{L}')('ſ\u0345')).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});
