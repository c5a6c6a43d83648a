import type { MetricDescriptions } from '../../../server/protocol/metricDescription.ts';
import type { Report, Result, Table } from '../../../server/protocol/report.ts';

/** Texts that would run or break the page if any of them were taken for markup. */
export const hostile = {
  name: 'Run </script><img src=x onerror="document.title=1"> <!--',
  id: '<img src=x onerror="document.title=2">',
  label: '</script><b>label</b>',
  source: '<!-- <script>document.title=3</script>',
};

const counts = Array.from({ length: 40 }, (_, bin) =>
  bin < 24 || bin > 36 ? 0 : 10 * (7 - Math.abs(bin - 30)),
);

function result(
  metric: string,
  modalities: string[],
  value: Result['value'],
  more: Partial<Result> = {},
): Result {
  const fixed = {
    experiment: 'gap',
    unit: '',
    direction: 'neither' as const,
    interval: null,
    parameters: {},
  };
  return { ...fixed, metric, modalities, value, ...more };
}

function landscape(): Table {
  const shifts = Array.from({ length: 17 }, (_, index) => -1 + index / 8);
  const rows = [100, 10].flatMap((scale) =>
    shifts.map((shift) => ({
      scale,
      shift,
      distance: 0.8 - shift,
      loss: 1 + (0.8 - shift - scale / 125) ** 2,
    })),
  );
  const column = (name: string, unit: string, values: (number | string)[]) => ({ name, unit, values });
  return {
    name: 'landscape',
    title: 'Contrastive loss over shifts',
    columns: [
      column(
        'pair',
        '',
        rows.map(() => 'image – text'),
      ),
      column(
        'logit-scale',
        '',
        rows.map(({ scale }) => scale),
      ),
      column(
        'shift',
        '',
        rows.map(({ shift }) => shift),
      ),
      column(
        'signed-distance',
        '',
        rows.map(({ distance }) => distance),
      ),
      column(
        'loss-symmetric',
        'nats',
        rows.map(({ loss }) => loss),
      ),
      column(
        'loss-first-to-second',
        'nats',
        rows.map(({ loss }) => loss + 0.5),
      ),
    ],
  };
}

/** A small report with every chart, in which names, ids, labels and notes try to be markup. */
export function exampleReport(): Report {
  const pair = ['image', 'text'];
  const gap = [0.6, -0.5, 0.2, 0.1];
  const rows = Array.from({ length: 30 }, (_, row) => row);
  const histogram = { parameters: { low: -1, high: 1, bins: 40 }, unit: 'pairs' };
  return {
    version: 1,
    name: hostile.name,
    createdAt: '2026-11-23T18:20:05.000Z',
    modalities: pair.map((name) => ({
      name,
      rows: 30,
      dimension: 4,
      source: hostile.source,
      model: null,
      data: 'ab',
    })),
    results: [
      ...pair.flatMap((name, index) => [
        result('mean-cosine', [name], 0.5 + index / 16),
        result('cosine-histogram', [name], counts, histogram),
      ]),
      result('gap-distance', pair, 0.8124038, {
        interval: {
          low: 0.79,
          high: 0.83,
          level: 0.95,
          method: 'percentile bootstrap over pairs',
          resamples: 100,
        },
      }),
      result('gap-vector', pair, gap),
      result('gap-dimension-concentration', pair, 2, { parameters: { share: 0.9 }, unit: 'dimensions' }),
      result('normalized-gap', pair, 1.2),
      result('matched-cosine', pair, 0.31, { direction: 'higher' }),
      result('matched-cosine-histogram', pair, counts, histogram),
      result('cross-cosine-histogram', pair, counts, histogram),
      result('recall-at-1', ['image', 'text'], 0.5, { direction: 'higher' }),
      result('recall-at-1', ['text', 'image'], 0.25, { direction: 'higher' }),
      result('solid-angle-fraction', ['image'], 3.25e-9),
    ],
    experiments: [
      { name: 'gap', kind: 'modality-gap', parameters: {}, tables: [], seconds: 1 },
      {
        name: 'landscape',
        kind: 'loss-landscape',
        parameters: { batchSize: 10 },
        tables: [landscape()],
        seconds: 1,
      },
    ],
    projection: {
      method: 'pca',
      rows,
      ids: rows.map((row) => (row === 0 ? hostile.id : `row ${row}`)),
      labels: rows.map((row) => (row % 2 === 0 ? hostile.label : 'plain')),
      points: {
        image: { x: rows.map((row) => row / 30), y: rows.map((row) => Math.sin(row)) },
        text: { x: rows.map((row) => 2 + row / 30), y: rows.map((row) => Math.cos(row)) },
      },
      explained: [0.5, 0.25],
    },
    notes: [{ code: 'rows-skipped', message: hostile.id }],
    provenance: {
      config: { name: hostile.name },
      configHash: 'cd',
      seed: 7,
      randomAlgorithm: 'named',
      device: 'cpu',
      versions: { node: '20' },
      platform: 'linux x64',
      timings: { read: 0.25 },
    },
  };
}

export const exampleDescriptions: MetricDescriptions = {
  'mean-cosine': {
    title: 'Mean cosine',
    description: hostile.id,
    formula: 'mean over i<j of x_i·x_j',
    reference: hostile.label,
  },
};
