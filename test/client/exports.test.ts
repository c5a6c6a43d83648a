import { describe, expect, it } from 'vitest';
import { pythonNotebook, pythonScript } from '../../client/exports/pythonSnippet.ts';
import { resultsCsv } from '../../client/exports/resultsCsv.ts';
import type { Report, Result } from '../../server/protocol/report.ts';

const result: Result = {
  experiment: 'modality-gap',
  metric: 'gap-distance',
  modalities: ['image', 'text'],
  value: 0.82,
  unit: 'distance',
  direction: 'neither',
  interval: { low: 0.8, high: 0.84, level: 0.95, method: 'bootstrap', resamples: 1000 },
  parameters: {},
};

function csvOf(...results: Result[]): string[][] {
  const [, ...rows] = resultsCsv({ results } as unknown as Report)
    .trimEnd()
    .split('\r\n');
  return rows.map((row) => row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
}

describe('resultsCsv', () => {
  it('has a header and a row for each value', () => {
    const [header] = resultsCsv({ results: [] } as unknown as Report).split('\r\n');
    expect(header).toBe('experiment,metric,modalities,value,unit,direction,low,high,level,parameters');
    expect(csvOf(result)[0]).toEqual([
      'modality-gap',
      'gap-distance',
      'image > text',
      '0.82',
      'distance',
      'neither',
      '0.8',
      '0.84',
      '0.95',
      '{}',
    ]);
  });

  it('writes every digit of a number, and a list as one field', () => {
    const rows = csvOf({ ...result, value: 0.1 + 0.2, interval: null }, { ...result, value: [1, 2.5] });
    expect(rows[0]?.[3]).toBe('0.30000000000000004');
    expect(rows[0]?.slice(6, 9)).toEqual(['', '', '']);
    expect(rows[1]?.[3]).toBe('"[1,2.5]"');
  });

  it('quotes what would break a row, and keeps formulas texts', () => {
    const [row] = csvOf({ ...result, experiment: 'a "b", c', modalities: ['=HYPERLINK("x")'] });
    expect(row?.[0]).toBe('"a ""b"", c"');
    expect(row?.[2]).toBe(`"'=HYPERLINK(""x"")"`);
  });
});

describe('Python', () => {
  const folder = String.raw`C:\runs\it's "the" ü run`;

  it('names the folder as a literal that cannot end early', () => {
    expect(pythonScript(folder)).toContain(String.raw`run = Path("C:\\runs\\it's \"the\" ü run")`);
  });

  it('is the same in a notebook', () => {
    const notebook = JSON.parse(pythonNotebook(folder)) as {
      nbformat: number;
      nbformat_minor: number;
      cells: { cell_type: string; id: string; source: string[] }[];
    };
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    const code = notebook.cells
      .filter(({ cell_type }) => cell_type === 'code')
      .map(({ source }) => source.join(''));
    const script = pythonScript(folder);
    for (const cell of code) expect(script).toContain(cell);
    expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(notebook.cells.length);
  });
});
