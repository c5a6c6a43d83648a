import { expect, test } from 'vitest';
import { compareReports, differenceOf } from '../../../webview/run/compareRuns.ts';
import { exampleReport } from '../report/exampleReport.ts';

function measured(value: number, low: number, high: number) {
  return { value, interval: { low, high, level: 0.95, method: 'any', resamples: 1 } };
}

test('equal symmetric intervals give one that is √2 as wide', () => {
  const { value, interval } = differenceOf(measured(1, 0.9, 1.1), measured(3, 2.9, 3.1));
  expect(value).toBe(2);
  expect(interval!.low).toBeCloseTo(2 - 0.1 * Math.SQRT2, 12);
  expect(interval!.high).toBeCloseTo(2 + 0.1 * Math.SQRT2, 12);
});

test('each side of the interval comes from the sides that push it there', () => {
  const { interval } = differenceOf(measured(0, -3, 0), measured(0, 0, 4));
  expect(interval).toMatchObject({ low: 0, high: 5 });
});

test('without two intervals of one level there is none for the difference', () => {
  const known = measured(1, 0, 2);
  expect(differenceOf(known, { value: 2, interval: null }).interval).toBeNull();
  const other = { ...known, interval: { ...known.interval, level: 0.9 } };
  expect(differenceOf(known, other).interval).toBeNull();
});

test('values are matched by metric, modalities and direction; what one run lacks stays empty', () => {
  const report = exampleReport();
  const fewer = { ...report, results: report.results.filter(({ metric }) => metric !== 'normalized-gap') };
  const compared = compareReports([report, fewer]);
  expect(
    compared.filter(({ metric }) => metric === 'recall-at-1').map(({ values }) => values[1]?.value),
  ).toEqual([0.5, 0.25]);
  expect(compared.find(({ metric }) => metric === 'normalized-gap')!.values).toEqual([
    { value: 1.2, interval: null },
    null,
  ]);
  expect(compared.some(({ metric }) => metric === 'gap-vector')).toBe(false);
});
