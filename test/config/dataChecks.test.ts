import { expect, it } from 'vitest';
import { checkAgainstData } from '../../server/config/dataChecks.ts';
import { validateConfig } from '../../server/config/parseConfig.ts';
import type { OpenDataFacts } from '../../server/engine/run.ts';

const pairs: OpenDataFacts = {
  modalities: ['image', 'text'],
  rows: 10,
  contents: { image: 'image', text: 'text' },
};
const read: OpenDataFacts = { modalities: ['image', 'text'], rows: 10, dimension: 4, contents: null };

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

it('gives what an experiment has against the data the path of its entry', () => {
  const experiments = [{ kind: 'modality-gap' }, { kind: 'loss-landscape', batchSize: 50 }];
  const [problem] = problems({ experiments }, pairs);
  expect(problem?.path.slice(0, 3)).toEqual(['experiments', 1, 'batchSize']);
});
