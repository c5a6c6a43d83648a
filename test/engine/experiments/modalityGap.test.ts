import { describe, expect, it } from 'vitest';
import { modalityGap } from '../../../server/engine/experiments/modalityGap.ts';
import { metrics } from '../../../server/engine/metrics/registry.ts';
import { contextOf, measureMatrices, subjectsOf, useKernels } from '../measureMatrices.ts';
import { pairedCones } from '../pairedCones.ts';

const kernels = useKernels();
const three = pairedCones(1, ['image', 'text', 'audio'], { rows: 12, columns: 5 });

describe('modality-gap', () => {
  it('measures all metrics of each modality and each pair by default, in the order of the registry', async () => {
    const results = await measureMatrices(kernels, three);
    expect([...new Set(results.map(({ metric }) => metric))]).toEqual(metrics.map(({ kind }) => kind));
    for (const { kind, scope, unit, direction } of metrics) {
      const found = results.filter(({ metric }) => metric === kind);
      const subjects = new Set(found.map(({ modalities }) => [...modalities].sort().join()));
      expect(subjects.size, kind).toBe(3);
      for (const result of found) {
        expect(result).toMatchObject({ unit, direction });
        expect(result.modalities).toHaveLength(scope === 'modality' ? 1 : 2);
      }
    }
  });

  it('measures those that are listed, in their order, with their parameters', async () => {
    const results = await measureMatrices(
      kernels,
      { image: three.image, text: three.text },
      {
        metrics: [
          { kind: 'contrastive-loss', temperature: 0.5, batchSize: 6 },
          'gap-distance',
          { kind: 'cosine-quantiles', probabilities: [0.5] },
        ],
      },
    );
    expect(results.map(({ metric }) => metric)).toEqual([
      'contrastive-loss',
      'contrastive-loss',
      'contrastive-loss',
      'gap-distance',
      'cosine-quantiles',
      'cosine-quantiles',
    ]);
    expect(results[0]!.parameters).toMatchObject({ temperature: 0.5, batchSize: 6, rows: 12 });
    expect(results[4]!.value).toHaveLength(1);
  });

  it('finds problems of a metric with the data, and where they are', () => {
    const facts = { modalities: ['image', 'text'], rows: 12 };
    const params = modalityGap.params.parse({
      metrics: ['gap-distance', { kind: 'contrastive-loss', batchSize: 13 }],
    });
    expect(modalityGap.check!(params, facts)).toMatchObject([
      { code: 'batch-larger-than-data', severity: 'error', path: ['metrics', 1, 'batchSize'] },
    ]);
    expect(modalityGap.check!(params, { modalities: ['image', 'text'] })).toEqual([]);
    expect(modalityGap.check!(params, { ...facts, rows: 13 })).toEqual([]);
    expect(modalityGap.check!(modalityGap.params.parse({}), facts)).toEqual([]);
  });

  it('warns of k that is not below the rows where the metric is named, and informs where it is one of all', () => {
    const facts = { modalities: ['image', 'text'], rows: 8 };
    const named = modalityGap.params.parse({
      metrics: ['recall-at-5', 'recall-at-10', { kind: 'recall-at-10' }],
    });
    expect(modalityGap.check!(named, facts)).toMatchObject([
      {
        code: 'k-not-below-rows',
        severity: 'warning',
        path: ['metrics', 1],
        message:
          'recall-at-10 ranks 8 rows: every query finds its partner among the first 10; expected more than 10 rows',
      },
      { code: 'k-not-below-rows', severity: 'warning', path: ['metrics', 2, 'kind'] },
    ]);
    const all = modalityGap.params.parse({});
    expect(modalityGap.check!(all, facts)).toMatchObject([
      { code: 'k-not-below-rows', severity: 'information', path: ['kind'] },
    ]);
    const ofOne = modalityGap.check!(all, { modalities: ['image'], rows: 8 });
    expect(ofOne.map(({ code }) => code)).not.toContain('k-not-below-rows');
  });

  it('says that modalities are called as parts of one', () => {
    const check = (metrics: unknown, modalities: readonly string[]) =>
      modalityGap.check!(modalityGap.params.parse({ metrics }), { modalities });
    const splits = ['train_image', 'val_image'];
    expect(check('all', splits)).toMatchObject([
      {
        code: 'splits-as-modalities',
        severity: 'warning',
        path: ['kind'],
        message: expect.stringMatching(/^train_image, val_image .*np\.concatenate/) as string,
      },
    ]);
    expect(check(['mean-cosine'], splits)).toEqual([]);
    expect(check('all', ['train_image', 'train_text'])).toEqual([]);
  });

  it('says that the data have one modality where metrics of two are asked for', () => {
    const check = (metrics: unknown, modalities = ['image']) =>
      modalityGap.check!(modalityGap.params.parse({ metrics }), { modalities });
    expect(check('all')).toMatchObject([
      {
        code: 'one-modality',
        severity: 'information',
        path: ['kind'],
        message: expect.stringContaining('only what one') as string,
      },
    ]);
    expect(check(['mean-cosine', { kind: 'gap-distance' }])).toMatchObject([
      {
        code: 'one-modality',
        severity: 'warning',
        path: ['metrics', 1],
        message: expect.stringContaining('only what one') as string,
      },
    ]);
    expect(check(['gap-distance'])).toMatchObject([
      { message: expect.stringMatching(/^The data have one modality, image\..* nothing/) as string },
    ]);
    expect(check(['mean-cosine'])).toEqual([]);
    expect(check('all', ['image', 'text'])).toEqual([]);
  });

  it('refuses a batch larger than the data that were there in the end', async () => {
    await expect(
      measureMatrices(kernels, three, { metrics: [{ kind: 'contrastive-loss', batchSize: 13 }] }),
    ).rejects.toMatchObject({ name: 'InputError', code: 'batch-larger-than-data' });
  });

  it.each<[string, unknown]>([
    ['an unknown metric', ['gap']],
    ['an unknown parameter', [{ kind: 'gap-distance', squared: true }]],
    ['a parameter out of range', [{ kind: 'contrastive-loss', temperature: 0 }]],
    ['an empty list', []],
    ['a name alone', 'gap-distance'],
  ])('refuses %s', (_, given) => {
    expect(modalityGap.params.safeParse({ metrics: given }).success).toBe(false);
  });

  it('tells how far it has come, and stops when told', async () => {
    const subjects = await subjectsOf(kernels, three);
    const controller = new AbortController();
    const seen: number[] = [];
    const params = modalityGap.params.parse({ metrics: ['gap-distance', 'gap-vector', 'matched-cosine'] });
    const outcome = modalityGap.run(params, {
      ...contextOf(subjects),
      signal: controller.signal,
      progress({ done, total }) {
        expect(total).toBe(3);
        seen.push(done);
        if (done === 1) controller.abort(new Error('stopped'));
      },
    });
    await expect(outcome).rejects.toThrow('stopped');
    expect(seen).toEqual([0, 1]);
  });
});
