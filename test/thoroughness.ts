/**
 * With `TEST_THOROUGH=1` tests with random cases draw as many as make rare mistakes likely to be seen, and what takes half
 * a minute for one expectation is tried too.
 */
export const isThorough = process.env['TEST_THOROUGH'] === '1';

/** How many random cases a test takes: those of every run, or those of a thorough one. */
export function cases(usual: number, thorough: number): number {
  return isThorough ? thorough : usual;
}
