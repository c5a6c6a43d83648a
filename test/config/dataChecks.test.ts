import { expect, it } from 'vitest';
import { checkAgainstData } from '../../server/config/dataChecks.ts';
import { validateConfig } from '../../server/config/parseConfig.ts';
import type { OpenDataFacts } from '../../server/engine/run.ts';

const pairs: OpenDataFacts = {
  modalities: ['image', 'text'],
  rows: 11,
  contents: { image: 'image', text: 'text' },
};
const read: OpenDataFacts = { modalities: ['image', 'text'], rows: 11, dimension: 4, contents: null };

function problems(rest: object, facts: OpenDataFacts) {
  const { config } = validateConfig({ name: 'a', data: { kind: 'scenes' }, ...rest });
  return checkAgainstData(config!, facts).map(({ code, severity, path }) => ({ code, severity, path }));
}

it('has nothing against a configuration that fits', () => {
  expect(problems({ encoders: { image: { kind: 'random' } } }, pairs)).toEqual([]);
  expect(problems({}, read)).toEqual([]);
});

it('names an encoder for a modality that the data lack, and one that embeddings do not need', () => {
  expect(problems({ encoders: { imgae: { kind: 'random' } } }, pairs)).toEqual([
    { code: 'unknown-modality', severity: 'error', path: ['encoders', 'imgae'] },
  ]);
  expect(problems({ encoders: { image: { kind: 'random' } } }, read)).toEqual([
    { code: 'encoder-not-used', severity: 'warning', path: ['encoders', 'image'] },
  ]);
});

it('knows that statistics over pairs use no more than `pairRows`', () => {
  const experiments = [
    { kind: 'loss-landscape', batchSize: 10 },
    { kind: 'modality-gap', metrics: ['recall-at-5'] },
  ];
  expect(problems({ experiments, pairRows: 10 }, pairs)).toEqual([]);
  expect(problems({ experiments, pairRows: 5 }, pairs)).toEqual([
    { code: 'batch-larger-than-data', severity: 'error', path: ['experiments', 0, 'batchSize'] },
    { code: 'k-not-below-rows', severity: 'warning', path: ['experiments', 1, 'metrics', 0] },
  ]);
});

it('gives what an experiment has against the data the path of its entry', () => {
  const experiments = [{ kind: 'modality-gap' }, { kind: 'loss-landscape', batchSize: 50 }];
  const [problem] = problems({ experiments }, pairs);
  expect(problem?.path.slice(0, 3)).toEqual(['experiments', 1, 'batchSize']);
});
