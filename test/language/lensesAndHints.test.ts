import { describe, expect, it } from 'vitest';
import type { Result } from '../../server/protocol/report.ts';
import { codeLenses } from '../../server/language/codeLens.ts';
import { noFacts, type ModelFacts, type RunFacts } from '../../server/language/facts.ts';
import { inlayHints } from '../../server/language/inlayHints.ts';
import { knownFacts, openText, uri } from './openText.ts';

const text = `name: a
data: { kind: npy, path: a.npy }
encoders:
  image: { kind: pretrained, model: a/b }
experiments:
  - kind: modality-gap
  - kind: loss-landscape
    mode: first
`;

const result = (experiment: string, metric: string, value: number): Result => ({
  experiment,
  metric,
  modalities: ['image', 'text'],
  value,
  unit: 'distance',
  direction: 'neither',
  interval: null,
  parameters: {},
});

const run: RunFacts = {
  uri: 'file:///runs/1',
  startedAt: '2026-03-04T05:06:07Z',
  device: 'cpu',
  rows: 4,
  configHash: '',
  config: {},
  isDataChanged: false,
  results: [result('modality-gap', 'gap-distance', 0.82345), result('other', 'gap-distance', 9)],
};

describe('codeLenses', () => {
  const lenses = (facts = noFacts) =>
    codeLenses(openText(`# why\n${text}`).document, facts).map(({ range, command }) => [
      range.start.line + 1,
      command!.title,
      command!.command,
      command!.arguments![0] as string,
    ]);

  it('offers to run a file that was never run', () => {
    expect(lenses()).toEqual([[2, '$(play) Run', 'modalityGap.runFile', uri]]);
  });

  it('shows what the last run measured, above the file and its experiments', () => {
    const older = { ...run, uri: 'file:///runs/0' };
    const open = ['modalityGap.openRun', run.uri];
    expect(lenses(knownFacts({ runs: () => [run, older] }))).toEqual([
      [2, '$(play) Run', 'modalityGap.runFile', uri],
      [2, '$(history) gap-distance 0.8235 distance · 2026-03-04 · cpu', ...open],
      [2, '$(link-external) Open', ...open],
      [7, 'gap-distance 0.8235 distance', ...open],
    ]);
  });

  it('offers nothing in an empty file', () => {
    expect(codeLenses(openText('# nothing yet\n').document, noFacts)).toEqual([]);
  });
});

describe('inlayHints', () => {
  const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const model: ModelFacts = {
    architecture: null,
    parameters: null,
    size: null,
    dimension: 512,
    logitScale: 100.00001,
    isPresent: true,
  };
  const facts = knownFacts({
    data: () => ({
      rows: 5000,
      modalities: [
        { name: 'image', content: null, dimension: 512 },
        { name: 'text', content: 'text', dimension: null },
      ],
      classes: null,
      notes: [],
    }),
    model: () => model,
  });
  const hints = (range = whole, known = facts) => {
    const { document, text: shown } = openText(text);
    return inlayHints(document, range, known).map(({ position, label }) => {
      const before = shown.slice(0, document.offsetAt(position));
      return `${/\S+$/.exec(before)![0]} ${label as string}`;
    });
  };

  it('shows counts, dimensions and defaults behind the kinds', () => {
    expect(hints()).toEqual([
      'npy 5,000 rows · image 512-d, text',
      'npy (sampling: first)',
      'pretrained 512-d · logit scale 100',
      expect.stringMatching(/^pretrained \(weights: auto, .*\)$/),
      'modality-gap (metrics: all)',
      'loss-landscape (batchSize: 50)',
    ]);
  });

  it('keeps to the range, and to what is known', () => {
    const line = { start: { line: 6, character: 0 }, end: { line: 7, character: 0 } };
    expect(hints(line)).toEqual(['loss-landscape (batchSize: 50)']);
    expect(hints(whole, noFacts)).not.toContain(expect.stringContaining('rows'));
  });
});
