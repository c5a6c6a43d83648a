import { expect, it } from 'vitest';
import { formatNumber, plainStyle, resultTable } from '../../server/cli/resultTable.ts';
import { sampleReport } from '../sampleReport.ts';

it('groups by modality and pair, aligns, summarises lists, and shows directions where there are two', () => {
  expect(resultTable(sampleReport(), plainStyle)).toBe(
    `image: 2 × 2, features.npy
text: 2 × 2, features.npy

modality-gap

image
metric         value  unit
mean-cosine  0.53148  cosine

text
metric         value  unit
mean-cosine  0.51519  cosine

image and text
metric        from → to        value  interval, range          unit      parameters
gap-distance                 0.85135  [0.80000, 0.90000] 95 %  distance
recall-at-1   image → text   0.55200                           share
recall-at-1   text → image   0.50600                           share
gap-vector                  2 values  -0.50000 … 0.25000       cosine    temperature=0.01

table in the report: Loss: 2 rows of shift
`,
  );
});

it.each([
  [3, '3'],
  [0.5, '0.50000'],
  [-12.3456789, '-12.34568'],
  [0.00001234567, '0.0000123457'],
  [1234567.891, '1.23457e+6'],
])('formats %d as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it('an experiment that measured nothing says so', () => {
  const report = { ...sampleReport(), results: [] };
  const experiments = report.experiments.map((experiment) => ({ ...experiment, tables: [] }));
  expect(resultTable({ ...report, experiments }, plainStyle)).toMatch(/\n\nNothing was measured\.\n$/);
});
