import type { Report } from '../server/protocol/report.ts';

/** A small report that has something of everything: two modalities, intervals, an array, a table, a note. */
export function sampleReport(): Report {
  const hash = 'a'.repeat(64);
  const interval = {
    low: 0.8,
    high: 0.9,
    level: 0.95,
    method: 'percentile bootstrap over pairs',
    resamples: 200,
  };
  const common = {
    experiment: 'modality-gap',
    unit: 'cosine',
    direction: 'neither',
    parameters: {},
  } as const;
  return {
    version: 1,
    name: 'sample',
    createdAt: '2026-01-02T03:04:05.678Z',
    modalities: [
      { name: 'image', rows: 2, dimension: 2, source: 'features.npy', model: null, data: hash },
      { name: 'text', rows: 2, dimension: 2, source: 'features.npy', model: null, data: hash },
    ],
    results: [
      {
        ...common,
        metric: 'gap-distance',
        modalities: ['image', 'text'],
        value: 0.8513519,
        unit: 'distance',
        interval,
      },
      {
        ...common,
        metric: 'recall-at-1',
        modalities: ['image', 'text'],
        value: 0.552,
        unit: 'share',
        interval: null,
      },
      {
        ...common,
        metric: 'recall-at-1',
        modalities: ['text', 'image'],
        value: 0.506,
        unit: 'share',
        interval: null,
      },
      { ...common, metric: 'mean-cosine', modalities: ['image'], value: 0.531483, interval: null },
      { ...common, metric: 'mean-cosine', modalities: ['text'], value: 0.5151941, interval: null },
      {
        ...common,
        metric: 'gap-vector',
        modalities: ['image', 'text'],
        value: [0.25, -0.5],
        interval: null,
        parameters: { temperature: 0.01 },
      },
    ],
    experiments: [
      {
        name: 'modality-gap',
        kind: 'modality-gap',
        parameters: {},
        tables: [
          { name: 'landscape', title: 'Loss', columns: [{ name: 'shift', unit: '', values: [0, 0.25] }] },
        ],
        seconds: 0.5,
      },
    ],
    projection: {
      method: 'pca',
      rows: [0, 1],
      ids: ['0', '1'],
      labels: null,
      points: { image: { x: [0, 1], y: [1, 0] }, text: { x: [0, 1], y: [1, 0] } },
      explained: [0.75, 0.25],
    },
    notes: [{ code: 'random-weights', message: 'The weights are random.' }],
    provenance: {
      config: { name: 'sample' },
      configHash: hash,
      seed: 0,
      randomAlgorithm: 'xoroshiro128plus',
      device: 'cpu',
      versions: { node: '20.19.0' },
      platform: 'linux-x64',
      timings: { reading: 0.5 },
    },
  };
}
