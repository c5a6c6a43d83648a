import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaFindings } from '../../server/config/schemaFindings.ts';

const schema = z.strictObject({
  data: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('table'),
      path: z.string().min(1).describe('The file.'),
      columns: z.union([z.string(), z.array(z.string())]).optional(),
      limit: z.int().min(1).max(100).optional(),
      order: z.enum(['first', 'random']).default('first'),
      share: z.number().gt(0).lt(1).optional(),
      step: z.number().multipleOf(0.25).optional(),
      hash: z
        .string()
        .regex(/^[0-9a-f]+$/)
        .optional()
        .describe('Hexadecimal digits.'),
    }),
    z
      .strictObject({ kind: z.literal('range'), low: z.number(), high: z.number() })
      .refine(({ low, high }) => low < high, {
        message: 'high must be above low',
        path: ['high'],
        params: { code: 'empty-range' },
      }),
  ]),
  metrics: z
    .union([
      z.literal('all'),
      z.array(
        z.union([
          z.enum(['gap', 'loss']),
          z.discriminatedUnion('kind', [
            z.strictObject({ kind: z.literal('gap') }),
            z.strictObject({ kind: z.literal('loss'), batch: z.int().optional() }),
          ]),
        ]),
      ),
    ])
    .optional(),
  tags: z.array(z.string()).min(2).optional(),
});

function findings(value: unknown) {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : schemaFindings(schema, value, parsed.error.issues);
}

const table = (rest: object) => ({ data: { kind: 'table', path: 'a', ...rest } });

describe('schemaFindings', () => {
  it.each<[unknown, string, (string | number)[], string]>([
    [{}, 'missing-key', ['data'], 'Missing key "data"'],
    [{ data: {} }, 'missing-key', ['data', 'kind'], 'Missing key "kind" in "data". One of table, range'],
    [{ data: { kind: 'tabel' } }, 'unknown-kind', ['data', 'kind'], 'Did you mean "table"?'],
    [
      { data: { kind: 3 } },
      'unknown-kind',
      ['data', 'kind'],
      '"data.kind" is 3; expected one of table, range.',
    ],
    [{ data: { kind: 'table' } }, 'missing-key', ['data', 'path'], 'Missing key "path" in "data": The file.'],
    [{ data: 'a.csv' }, 'wrong-type', ['data'], '"data" is the text "a.csv"; expected a mapping'],
    [['a'], 'wrong-type', [], 'The configuration is a list; expected a mapping'],
    ['a', 'wrong-type', [], 'The configuration is the text "a"; expected a mapping'],
    [table({ path: null }), 'wrong-type', ['data', 'path'], '"data.path" is empty; expected a text'],
    [table({ limt: 3 }), 'unknown-key', ['data', 'limt'], 'Did you mean "limit"? Allowed: kind, path,'],
    [table({ limit: 0 }), 'out-of-range', ['data', 'limit'], '"data.limit" is 0; expected at least 1'],
    [table({ limit: 101 }), 'out-of-range', ['data', 'limit'], '"data.limit" is 101; expected at most 100'],
    [table({ limit: 1.5 }), 'wrong-type', ['data', 'limit'], 'is 1.5; expected a whole number'],
    [table({ share: 1 }), 'out-of-range', ['data', 'share'], 'is 1; expected less than 1'],
    [table({ step: 0.3 }), 'out-of-range', ['data', 'step'], 'is 0.3; expected a multiple of 0.25'],
    [
      table({ path: '' }),
      'out-of-range',
      ['data', 'path'],
      'is an empty text; expected a text that is not empty',
    ],
    [
      table({ order: 'randm' }),
      'not-allowed',
      ['data', 'order'],
      'expected one of first, random. Did you mean "random"?',
    ],
    [table({ columns: 3 }), 'wrong-type', ['data', 'columns'], 'is 3; expected a text or a list'],
    [
      table({ columns: ['a', 3] }),
      'wrong-type',
      ['data', 'columns', 1],
      '"data.columns[1]" is 3; expected a text',
    ],
    [table({ hash: 'xyz' }), 'wrong-format', ['data', 'hash'], 'is the text "xyz". Hexadecimal digits.'],
    [{ data: { kind: 'range', low: 2, high: 1 } }, 'empty-range', ['data', 'high'], 'high must be above low'],
    [
      { ...table({}), tags: ['a'] },
      'out-of-range',
      ['tags'],
      '"tags" has 1 entry; expected at least 2 entries',
    ],
    [{ ...table({}), metrics: 'al' }, 'not-allowed', ['metrics'], 'expected all. Did you mean "all"?'],
    [{ ...table({}), metrics: 3 }, 'wrong-type', ['metrics'], 'is 3; expected all or a list'],
    [
      { ...table({}), metrics: ['loos'] },
      'not-allowed',
      ['metrics', 0],
      'one of gap, loss. Did you mean "loss"?',
    ],
    [
      { ...table({}), metrics: [{ kind: 'x' }] },
      'unknown-kind',
      ['metrics', 0, 'kind'],
      'expected one of gap, loss.',
    ],
    [{ ...table({}), metrics: [{}] }, 'missing-key', ['metrics', 0, 'kind'], 'One of gap, loss'],
    [
      { ...table({}), metrics: [{ kind: 'loss', bach: 2 }] },
      'unknown-key',
      ['metrics', 0, 'bach'],
      'Did you mean "batch"? Allowed: kind, batch',
    ],
  ])('%j', (value, code, path, message) => {
    const found = findings(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code, path, severity: 'error' });
    expect(found[0]?.message).toContain(message);
  });

  it('says where a key belongs that stands in another place', () => {
    const message = (value: unknown) => findings(value)[0]?.message;
    expect(message({ ...table({}), limit: 3 })).toMatch(
      /^Unknown key "limit"\. It belongs in "data"\. Allowed/,
    );
    expect(message(table({ metrics: 'all' }))).toMatch(
      /^Unknown key "metrics" in "data"\. It belongs at the top\. Allowed/,
    );
    const batches = [{ kind: 'loss' }, { kind: 'gap', batch: 2 }];
    expect(message({ ...table({}), metrics: batches })).toMatch(/It belongs in "metrics\[0\]"/);
  });

  it('names every problem, and what is allowed and suggested', () => {
    const found = findings(table({ pathh: 'b', order: 'frist' }));
    expect(found.map(({ code, suggestion }) => [code, suggestion])).toEqual([
      ['not-allowed', 'first'],
      ['unknown-key', undefined],
    ]);
    expect(found[0]?.allowed).toEqual(['first', 'random']);
    expect(found[1]?.allowed).not.toContain('path');
  });
});
