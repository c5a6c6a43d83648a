import { z } from 'zod';
import { literalPattern, onigurumaPattern, type Pattern } from './onigurumaPattern.ts';

/** What `Split` and `Replace` look for. */
export const patternSchema = z.union([
  z.strictObject({ String: z.string() }),
  z.strictObject({ Regex: z.string() }),
]);

/** @throws TokenizerProblem for a regular expression that cannot be used. */
export function patternOf(given: z.output<typeof patternSchema>): Pattern {
  if ('Regex' in given) return onigurumaPattern(given.Regex);
  // Nothing matches everywhere, as an empty regular expression does.
  return given.String === '' ? onigurumaPattern('') : literalPattern(given.String);
}
