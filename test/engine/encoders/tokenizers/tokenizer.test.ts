import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tokenizer, type TokenizerParts } from '../../../../server/engine/encoders/tokenizers/tokenizer.ts';
import { TokenizerProblem } from '../../../../server/engine/encoders/tokenizers/tokenizerProblem.ts';
import { files, texts } from '../../../oracle/tokenizers/files.mjs';
import { randomFile, randomTexts } from '../../../oracle/tokenizers/randomFiles.mjs';

/** What the Rust library gives: tokens to the base of 36, null where it refuses a text. */
const oracle = JSON.parse(readFileSync('test/oracle/tokenizers.json', 'utf8')) as {
  named: Record<string, (string | null)[]>;
  random: { seed: number; expected: (string | null)[] }[];
};

interface Truncation {
  max_length: number;
  direction: 'Left' | 'Right';
}

function encodeAll(file: TokenizerParts, given: readonly string[]): (string | null)[] {
  const tokenizer = new Tokenizer(file);
  const truncation = file['truncation'] as Truncation | null;
  return given.map((text) => {
    try {
      const { tokens } = tokenizer.encode(
        text,
        truncation?.max_length ?? Infinity,
        truncation?.direction === 'Left' ? 'left' : 'right',
      );
      return tokens.map((token) => token.toString(36)).join(' ');
    } catch (error) {
      if (error instanceof TokenizerProblem) return null;
      throw error;
    }
  });
}

describe('the tokens are those of the Rust library', () => {
  it('for every file that it was asked about', () => {
    expect(Object.keys(oracle.named)).toEqual(Object.keys(files));
  });

  it.each(Object.entries(files))('%s', (name, file) => {
    expect(encodeAll(file, texts)).toEqual(oracle.named[name]);
  });

  it('with parts, options, vocabularies and texts drawn at random', () => {
    for (const { seed, expected } of oracle.random) {
      expect({ seed, tokens: encodeAll(randomFile(seed), randomTexts(seed)) }).toEqual({
        seed,
        tokens: expected,
      });
    }
  });
});

const words = { type: 'WordLevel', vocab: { '?': 0, a: 1, b: 2 }, unk_token: '?' };

function tokensOf(parts: TokenizerParts, text: string): readonly number[] {
  return new Tokenizer({ model: words, ...parts }).encode(text, Infinity, 'right').tokens;
}

describe('a tokenizer', () => {
  it('takes as many tokens as there is room for, beside the special ones', () => {
    const tokenizer = new Tokenizer(files['bertUncased']!);
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.integer({ min: 3, max: 20 }),
        fc.constantFrom('left' as const, 'right' as const),
        (text, limit, side) => {
          const whole = tokenizer.encode(text, Infinity, side).tokens.slice(1, -1);
          const { tokens, isCut } = tokenizer.encode(text, limit, side);
          const inside = tokens.slice(1, -1);
          expect([tokens[0], tokens.at(-1)]).toEqual([2, 3]);
          expect(isCut).toBe(whole.length > limit - 2);
          expect(inside).toEqual(
            !isCut ? whole : side === 'right' ? whole.slice(0, limit - 2) : whole.slice(2 - limit),
          );
        },
      ),
    );
  });

  it('gives the types of a template', () => {
    const special = (id: string, type_id: number): unknown => ({ SpecialToken: { id, type_id } });
    const text = { Sequence: { id: 'A', type_id: 1 } };
    const { tokens, types } = new Tokenizer({
      model: words,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [text, special('x', 2)],
        pair: [text],
        special_tokens: { x: { id: 'x', ids: [7, 8], tokens: ['x', 'y'] } },
      },
    }).encode('a b', Infinity, 'right');
    expect([tokens, types]).toEqual([
      [1, 2, 7, 8],
      [1, 1, 2, 2],
    ]);
  });

  it('finds tokens whose names mean something to JavaScript', () => {
    const vocab = JSON.parse('{"__proto__": 0, "constructor": 1, "?": 2}') as unknown;
    const parts = { model: { ...words, vocab }, pre_tokenizer: { type: 'WhitespaceSplit' } };
    expect(tokensOf(parts, '__proto__ constructor toString')).toEqual([0, 1, 2]);
  });
});

describe('what is not known is refused by name', () => {
  const bpe = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] };
  const unigram = { type: 'Unigram', vocab: [['a', -1]] };
  const twice = { type: 'TemplateProcessing', single: [], pair: [], special_tokens: {} };
  it.each([
    [{ normalizer: { type: 'Unheard' } }, 'normalizer has the type "Unheard", which is not known'],
    [{ pre_tokenizer: { type: 'UnicodeScripts' } }, 'pre_tokenizer has the type "UnicodeScripts"'],
    [{ post_processor: { type: 'constructor' } }, 'post_processor has the type "constructor"'],
    [{ model: { type: 'Neural' } }, 'model has the type "Neural", which is not known; known are BPE'],
    [{ model: null }, 'model: expected an object with a type, found null'],
    [{ pre_tokenizer: { type: 'Whitespace', sharp: true } }, 'Whitespace has the option sharp (true)'],
    [{ pre_tokenizer: { type: 'Digits' } }, 'pre_tokenizer Digits.individual_digits'],
    [{ pre_tokenizer: { type: 'Punctuation', behavior: 'Kept' } }, 'found "Kept"'],
    [{ pre_tokenizer: { type: 'FixedLength', length: 0 } }, 'FixedLength.length'],
    [
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Removed', invert: false } },
      'the regular expression "(" cannot be used',
    ],
    [{ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }, 'its trie has 0 bytes'],
    [{ model: { ...bpe, dropout: 0.1 } }, 'model.dropout is 0.1'],
    [{ model: { ...bpe, merges: [['a', 'c']] } }, 'model.vocab lacks the token "ac"'],
    [{ model: { ...bpe, merges: ['a b c'] } }, 'found "a b c"'],
    [{ model: { ...words, vocab: { a: -1 } } }, 'the token "a" has the number -1'],
    [{ model: { ...words, vocab: { '\ud800': 1 } } }, 'no text that UTF-8 can hold'],
    [{ model: { ...unigram, unk_id: 4 } }, 'model.unk_id is 4, but model.vocab has 1'],
    [{ model: { ...unigram, vocab: [['a', 'b']] } }, 'found ["a","b"]'],
    [{ added_tokens: [{ id: 1, content: 'x' }] }, 'added_tokens.0.single_word'],
    [{ post_processor: twice }, 'post_processor makes [] of the text'],
    [{ version: '2.0' }, 'version'],
  ])('%j', (parts, message) => {
    expect(() => tokensOf(parts, 'a')).toThrow(TokenizerProblem);
    expect(() => tokensOf(parts, 'a')).toThrow(message);
  });

  it('two added tokens that normalisation makes one: the library takes either, at random', () => {
    const token = { single_word: false, lstrip: false, rstrip: false, normalized: true, special: false };
    const added_tokens = ['Hello', 'hello'].map((content) => ({ ...token, content }));
    expect(() => tokensOf({ added_tokens, normalizer: { type: 'Lowercase' } }, 'a')).toThrow(
      'are both "hello" after normalisation',
    );
  });

  it.each([
    [{ model: { ...words, unk_token: 'none' } }, 'the piece "zz" is not in model.vocab'],
    [{ model: unigram }, '"z" is not in model.vocab, and there is no model.unk_id'],
    [{ model: { ...bpe, unk_token: 'none' } }, 'the character "z" is not in model.vocab'],
  ])('a text without a token for what is unknown: %j', (parts, message) => {
    expect(() => tokensOf(parts, 'zz')).toThrow(message);
  });

  it('lists within lists, and replacements that multiply a text', () => {
    const deep = Array.from({ length: 40 }).reduce<unknown>(
      (inner) => ({ type: 'Sequence', normalizers: [inner] }),
      { type: 'NFC' },
    );
    expect(() => tokensOf({ normalizer: deep }, 'a')).toThrow('more than 16 levels');
    const double = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
    const normalizer = { type: 'Sequence', normalizers: Array.from({ length: 50 }, () => double) };
    expect(() => tokensOf({ normalizer }, 'a')).toThrow('out of proportion');
  });
});

describe('files that are damaged', () => {
  const small = Object.values(files)
    .map((file) => JSON.stringify(file))
    .filter((text) => text.length < 6_000);

  /** Another value in place of one of the file's. */
  function mutated(text: string, at: number, value: unknown): unknown {
    let seen = 0;
    const count = (text.match(/[{[,:]/g) ?? []).length;
    const target = at % Math.min(count, 150);
    return JSON.parse(text, (_, given: unknown) => (seen++ === target ? value : given));
  }

  it('give tokens or are refused in words', () => {
    const values: unknown[] = [
      null,
      -1,
      0,
      1e9,
      0.5,
      '',
      'a',
      '\ud800',
      '(a*)*',
      true,
      false,
      [],
      {},
      [[]],
      ['a', 'b'],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.nat(),
        fc.constantFrom(...values),
        fc.constantFrom(...texts.slice(0, 60)),
        (file, at, value, text) => {
          try {
            const { tokens } = new Tokenizer(mutated(file, at, value) as TokenizerParts).encode(
              text,
              50,
              'right',
            );
            expect(tokens.every((token) => Number.isInteger(token) && token >= 0)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(TokenizerProblem);
            expect((error as Error).message.length).toBeLessThan(1000);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
