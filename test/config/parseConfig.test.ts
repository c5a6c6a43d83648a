import { describe, expect, it } from 'vitest';
import { formatConfigProblem } from '../../server/config/configProblem.ts';
import { formatConfig } from '../../server/config/formatConfig.ts';
import { parseConfig, validateConfig } from '../../server/config/parseConfig.ts';

const minimal = 'name: first\ndata:\n  kind: scenes\n';

describe('parseConfig', () => {
  it('fills in defaults', () => {
    const { config, problems } = parseConfig(minimal, 'a.gap.yaml');
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      name: 'first',
      seed: 0,
      device: 'auto',
      data: { kind: 'scenes', count: 512 },
      encoders: {},
      experiments: [{ kind: 'modality-gap', name: 'modality-gap', metrics: 'all' }],
    });
    expect(config).not.toHaveProperty('output');
  });

  it.each([
    ['a table without labels', 'kind: table\n  path: a.csv'],
    ['a folder read as pairs', 'kind: folder\n  path: photos\n  layout: pairs'],
  ])('refuses classes of %s, at their key', (_, entry) => {
    const { config, problems } = parseConfig(`name: a\ndata:\n  ${entry}\n  classes: [cat]\n`, 'a.gap.yaml');
    expect(config).toBeUndefined();
    expect(problems).toMatchObject([
      { code: 'labels-missing', path: ['data', 'classes'], at: 'key', range: { start: { column: 3 } } },
    ]);
  });

  it('names entries after their kind, once each', () => {
    const text = `${minimal}experiments:\n  - kind: modality-gap\n  - { kind: modality-gap, name: two }\n  - kind: modality-gap\n`;
    const { config } = parseConfig(text, 'a.gap.yaml');
    expect(config?.experiments.map(({ name }) => name)).toEqual(['modality-gap', 'two', 'modality-gap-2']);
  });

  it('reads its own output back as the same', () => {
    const { config } = parseConfig(minimal, 'a.gap.yaml');
    expect(parseConfig(formatConfig({ ...config }), 'b.gap.yaml').config).toEqual(config);
  });

  it.each<[string, string, string, number, number]>([
    ['an empty file', '', 'empty-document', 1, 1],
    ['a list', '- kind: scenes\n', 'wrong-type', 1, 1],
    ['a text', 'scenes\n', 'wrong-type', 1, 1],
    ['no name', 'data: { kind: scenes }\n', 'missing-key', 1, 1],
    ['an empty name', 'name:\ndata: { kind: scenes }\n', 'wrong-type', 1, 6],
    ['a number as name', 'name: 3\ndata: { kind: scenes }\n', 'wrong-type', 1, 7],
    ['an unknown key', `${minimal}sed: 3\n`, 'unknown-key', 4, 1],
    ['a merge key', `${minimal}<<: { seed: 1 }\n`, 'unknown-key', 4, 1],
    ['an unknown key of a reader', `${minimal}  limt: 3\n`, 'unknown-key', 4, 3],
    ['an unknown reader', 'name: a\ndata:\n  kind: scene\n', 'unknown-kind', 3, 9],
    ['no kind', 'name: a\ndata:\n  limit: 3\n', 'missing-key', 2, 1],
    ['a value out of range', `${minimal}  mismatch: 1.5\n`, 'out-of-range', 4, 13],
    ['a value of the wrong type', `${minimal}  limit: many\n`, 'wrong-type', 4, 10],
    ['a seed that is not whole', `${minimal}seed: 0.5\n`, 'wrong-type', 4, 7],
    ['a seed that is not a number', `${minimal}seed: .nan\n`, 'wrong-type', 4, 7],
    ['an unknown device', `${minimal}device: gpu\n`, 'not-allowed', 4, 9],
    ['an unknown encoder', `${minimal}encoders:\n  image:\n    kind: randm\n`, 'unknown-kind', 6, 11],
    ['an empty list', `${minimal}experiments: []\n`, 'out-of-range', 4, 14],
    ['an unknown experiment', `${minimal}experiments:\n  - kind: gap\n`, 'unknown-kind', 5, 11],
    [
      'an unknown metric',
      `${minimal}experiments:\n  - kind: modality-gap\n    metrics:\n      - gap-distanc\n`,
      'not-allowed',
      7,
      9,
    ],
    [
      'a name twice',
      `${minimal}experiments:\n  - { kind: modality-gap, name: a }\n  - { kind: loss-landscape, name: a }\n`,
      'duplicate-name',
      6,
      35,
    ],
    [
      'an experiment with a range upside down',
      `${minimal}experiments:\n  - kind: loss-landscape\n    shifts: { from: 1, to: 0, step: 1 }\n`,
      'not-allowed',
      6,
      13,
    ],
  ])('%s', (_, text, code, line, column) => {
    const { config, problems } = parseConfig(text, 'a.gap.yaml');
    expect(config).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.range.start).toEqual({ line, column });
    expect(formatConfigProblem(problems[0]!)).toMatch(
      new RegExp(`^a\\.gap\\.yaml:${line}:${column}: .+ \\[${code}\\]$`),
    );
  });

  it('names every problem at once, each with its place', () => {
    const text = 'nam: a\ndata:\n  kind: scenes\n  count: 0\n  limt: 1\nseed: -1\n';
    const { problems } = parseConfig(text, 'a.gap.yaml');
    expect(problems.map(({ code, range }) => [code, range.start.line])).toEqual([
      ['missing-key', 1],
      ['unknown-key', 1],
      ['out-of-range', 4],
      ['unknown-key', 5],
      ['out-of-range', 6],
    ]);
    expect(problems.map(({ suggestion }) => suggestion)).toContain('limit');
  });
});

it('never throws, whatever the value', () => {
  for (const value of [null, undefined, 3, 'a', [], {}, { data: null }, { name: 'a', data: [] }]) {
    expect(validateConfig(value).config).toBeUndefined();
  }
});
