import { z } from 'zod';
import { component } from './component.ts';
import type { TokenizerModel } from './tokenizerModel.ts';
import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { highestOf, readVocabulary } from './vocabulary.ts';

/** A token for each piece that is in the vocabulary, and one for all others. */
export const wordLevel = component(
  { vocab: z.unknown(), unk_token: z.string() },
  ({ vocab, unk_token: unknown }): TokenizerModel => {
    const vocabulary = readVocabulary(vocab);
    const unknownNumber = vocabulary.get(unknown);
    return {
      size: vocabulary.size,
      highest: highestOf(vocabulary),
      numberOf: (token) => vocabulary.get(token),
      tokenize(piece) {
        const number = vocabulary.get(piece) ?? unknownNumber;
        if (number === undefined) {
          throw new TokenizerProblem(
            `the piece ${shownValue(piece)} is not in model.vocab, nor is the token ${shownValue(unknown)} for what is not`,
          );
        }
        return [number];
      },
    };
  },
);
