import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countClasses, selectClasses } from '../../../server/engine/datasets/classSelection.ts';
import type { SampleDataset } from '../../../server/engine/datasets/dataset.ts';
import { selectSamples } from '../../../server/engine/datasets/selectSamples.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { rowTexts } from './openSamples.ts';

interface LabelledRow {
  readonly id: string;
  readonly label: string;
  readonly group: number;
}

function datasetOf(rows: readonly LabelledRow[]): SampleDataset {
  return {
    kind: 'samples',
    modalities: [{ name: 'text', content: 'text' }],
    count: rows.length,
    facts: {
      ids: rows.map(({ id }) => id),
      labels: rows.map(({ label }) => label),
      relevance: { shared: 'text', groups: Int32Array.from(rows, ({ group }) => group) },
    },
    skipped: [],
    notes: [],
    read(index) {
      const { id, label } = rows[index]!;
      return Promise.resolve({ id, items: [{ content: 'text', text: label }] });
    },
    close: () => Promise.resolve(),
  };
}

const place = { where: 'the data', expected: 'a folder for each class' };

const labelled = (labels: readonly string[]) =>
  datasetOf(labels.map((label, index) => ({ id: String(index), label, group: index })));

function failure(classes: readonly string[], labels: readonly string[]): InputError {
  try {
    selectClasses(labelled(labels), classes, place);
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('nothing was refused');
}

describe('selectClasses', () => {
  const label = fc.constantFrom('a', 'b', "c's", '');
  const classes = fc.subarray(['a', 'b', "c's"], { minLength: 1 });
  const sampling = fc.constantFrom('first' as const, 'random' as const);

  it('then a limit takes the same rows as of data that have these classes alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(label, fc.nat(3)), { minLength: 1 }),
        classes,
        sampling,
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (given, wanted, sampling, limit, seed) => {
          const all = given.map(([label, group], index) => ({ id: `row ${index}`, label, group }));
          fc.pre(wanted.every((name) => all.some(({ label }) => label === name)));
          const before = datasetOf(all.filter(({ label }) => wanted.includes(label)));
          const random = new Random(seed);
          const expected = selectSamples(before, { limit, sampling }, random);
          const found = selectSamples(
            selectClasses(datasetOf(all), wanted, place),
            { limit, sampling },
            random,
          );
          expect(found.facts).toEqual(expected.facts);
          expect(found.count).toBe(expected.count);
          expect(await rowTexts(found)).toEqual(await rowTexts(expected));
        },
      ),
    );
  });

  it('takes all rows where no class is named', () => {
    const all = labelled(['a']);
    expect(selectClasses(all, undefined, place)).toBe(all);
  });

  it('refuses a class that has no rows, and says which was meant and which there are', () => {
    expect(failure(['dog', 'kat'], ['dog', 'cat', ''])).toMatchObject({
      code: 'unknown-class',
      message: 'No row of the data is of the class "kat"; expected one of cat, dog. Did you mean "cat"?',
    });
    const many = Array.from({ length: 25 }, (_, n) => `class ${String(n).padStart(2, '0')}`);
    const { message } = failure(['xyz'], many);
    expect(message).toMatch(/class 18, class 19 and 5 more\.$/);
  });

  it('refuses data without labels', () => {
    const { facts, ...rest } = labelled(['a']);
    const dataset = { ...rest, facts: { ids: facts.ids! } };
    expect(() => selectClasses(dataset, ['a'], place)).toThrow(
      '`classes` needs labels, and the data has none; expected a folder for each class',
    );
  });
});

it('countClasses counts rows by class; those without a label are of none', () => {
  expect(Object.fromEntries(countClasses(['b', 'a', 'b', '']))).toEqual({ b: 2, a: 1 });
});
