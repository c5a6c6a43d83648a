import { z } from 'zod';
import { component } from './component.ts';
import type { TokenizerModel } from './tokenizerModel.ts';
import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { highestOf, readVocabulary } from './vocabulary.ts';

/** The longest token that a word begins with, then the longest that what is left begins with, and so on (BERT). */
export const wordPiece = component(
  {
    vocab: z.unknown(),
    unk_token: z.string(),
    continuing_subword_prefix: z.string(),
    max_input_chars_per_word: z.int().min(0),
  },
  (options): TokenizerModel => {
    const vocabulary = readVocabulary(options.vocab);
    const { unk_token: unknown, continuing_subword_prefix: prefix } = options;
    const longest = [...vocabulary.keys()].reduce((most, token) => Math.max(most, token.length), 0);

    const parts = (word: string): readonly number[] | null => {
      const numbers: number[] = [];
      for (let start = 0; start < word.length;) {
        let end = Math.min(word.length, start + longest);
        let number: number | undefined;
        while (end > start && number === undefined) {
          const part = word.slice(start, end);
          number = vocabulary.get(start > 0 ? prefix + part : part);
          if (number === undefined) end--;
        }
        if (number === undefined) return null;
        numbers.push(number);
        start = end;
      }
      return numbers;
    };

    return {
      size: vocabulary.size,
      highest: highestOf(vocabulary),
      numberOf: (token) => vocabulary.get(token),
      tokenize(piece) {
        const isLong =
          piece.length > options.max_input_chars_per_word &&
          Array.from(piece).length > options.max_input_chars_per_word;
        const numbers = isLong ? null : parts(piece);
        if (numbers !== null) return numbers;
        const number = vocabulary.get(unknown);
        if (number === undefined) {
          throw new TokenizerProblem(
            `the word ${shownValue(piece)} has parts that are not in model.vocab, nor is the token ${shownValue(unknown)} for it`,
          );
        }
        return [number];
      },
    };
  },
);
