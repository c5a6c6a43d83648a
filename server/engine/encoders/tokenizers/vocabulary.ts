import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';

const largestNumber = 2 ** 32 - 1;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * The numbers of the tokens, as `model.vocab` gives them.
 *
 * @throws TokenizerProblem for what is no object of numbers from 0.
 */
export function readVocabulary(given: unknown): Map<string, number> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TokenizerProblem(`model.vocab: expected an object of numbers, found ${shownValue(given)}`);
  }
  const vocabulary = new Map<string, number>();
  for (const [token, number] of Object.entries(given)) {
    if (!Number.isInteger(number) || (number as number) < 0 || (number as number) > largestNumber) {
      throw new TokenizerProblem(
        `model.vocab: the token ${shownValue(token)} has the number ${shownValue(number)}, expected a whole one from 0`,
      );
    }
    if (loneSurrogate.test(token)) {
      throw new TokenizerProblem(
        `model.vocab: the token ${shownValue(token)} is no text that UTF-8 can hold`,
      );
    }
    vocabulary.set(token, number as number);
  }
  return vocabulary;
}

/** The highest number of a token; -1 where there is none. */
export function highestOf(vocabulary: ReadonlyMap<string, number>): number {
  let highest = -1;
  for (const number of vocabulary.values()) highest = Math.max(highest, number);
  return highest;
}
