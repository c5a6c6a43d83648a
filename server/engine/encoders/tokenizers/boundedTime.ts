import { createContext, Script, type Context } from 'node:vm';
import { TokenizerProblem } from './tokenizerProblem.ts';

const usualLimit = 10_000;
const script = new Script('work()');
let clock: Context | undefined;

/**
 * Runs what could take for ever, such as a regular expression from a file on a text from another, and ends it where it
 * takes too long. Starting the clock takes about as long as tokenizing ten captions.
 *
 * @param limit in milliseconds.
 * @throws TokenizerProblem when time is up.
 */
export function withinTime<Result>(work: () => Result, limit = usualLimit): Result {
  clock ??= createContext({});
  let result: { value: Result } | undefined;
  clock['work'] = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(clock, { timeout: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TokenizerProblem(
      `a regular expression of it took longer than ${limit / 1000} s on a text; it is one whose time grows without bounds`,
    );
  }
  return result!.value;
}
