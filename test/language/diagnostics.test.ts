import { describe, expect, it } from 'vitest';
import { DiagnosticSeverity, DiagnosticTag, type Diagnostic } from 'vscode-languageserver-types';
import { diagnosticsOf } from '../../server/language/diagnostics.ts';
import { noFacts, type Facts, type ModelFacts } from '../../server/language/facts.ts';
import { openText } from './openText.ts';
import { testFacts, testRun } from './testFacts.ts';

function diagnose(text: string, facts: Facts = noFacts): Diagnostic[] {
  return diagnosticsOf(openText(text).document, facts, { docsUri: 'file:///docs.md' });
}

/** Severity and code of each, and the text that it is about. */
function found(text: string, facts?: Facts): string[] {
  const { document } = openText(text);
  return diagnose(text, facts).map(({ severity, code, range }) => {
    const about = text.slice(document.offsetAt(range.start), document.offsetAt(range.end));
    return `${'.EWIH'[severity!]!} ${String(code)}: ${about}`;
  });
}

const start = 'name: a\ndata: { kind: scenes }\n';
const model: ModelFacts = {
  architecture: null,
  parameters: 1e8,
  size: null,
  dimension: 512,
  logitScale: 100,
  isPresent: true,
};
const pairs = {
  rows: 40,
  classes: null,
  notes: [],
  modalities: [
    { name: 'image', content: 'image' as const, dimension: null },
    { name: 'text', content: 'text' as const, dimension: null },
  ],
};

describe('YAML and schema', () => {
  it.each([
    ['what is no YAML', 'name: [a\ndata: x\n', ['E yaml-syntax: ']],
    ['a key twice', 'name: a\nname: b\n', ['E duplicate-key: name']],
    ['an unknown key', `${start}dvice: cpu\n`, ['E unknown-key: dvice']],
    ['a missing key', 'data: { kind: npy }\nname: a\n', ['E missing-key: data']],
    ['an unknown kind', 'name: a\ndata: { kind: np }\n', ['E unknown-kind: np']],
    ['a wrong type', `${start}seed: x\n`, ['E wrong-type: x']],
    ['a value out of range', `${start}pairRows: 1 # few\n`, ['E out-of-range: 1']],
    [
      'a name twice',
      `${start}experiments:\n  - { kind: modality-gap, name: x }\n  - { kind: modality-gap, name: x }\n`,
      ['E duplicate-name: x'],
    ],
    [
      'what an anchor has wrong, where it is',
      `name: a\ndata: &d { kind: scenes, count: x }\nx: *d\n`,
      ['E wrong-type: x', 'E unknown-key: x'],
    ],
  ])('%s', (_, text, expected) => {
    const all = found(text);
    for (const each of expected) expect(all).toContainEqual(expect.stringContaining(each) as unknown);
    expect(all).toHaveLength(expected.length);
  });

  it('says where to read more, and what quick fixes need', () => {
    const [diagnostic] = diagnose(`${start}dvice: cpu\n`);
    expect(diagnostic).toMatchObject({
      source: 'modality-gap',
      severity: DiagnosticSeverity.Error,
      codeDescription: { href: 'file:///docs.md#unknown-key' },
      data: { path: ['dvice'], at: 'key', suggestion: 'device' },
    });
  });

  it('points from a name to the one that has it', () => {
    const text = `${start}experiments:\n  - { kind: modality-gap, name: x }\n  - { kind: modality-gap, name: x }\n`;
    const [diagnostic] = diagnose(text);
    expect(diagnostic?.range.start).toEqual({ line: 4, character: 32 });
    expect(diagnostic?.relatedInformation?.[0]?.location.range.start).toEqual({ line: 3, character: 32 });
  });

  it('ends somewhere', () => {
    const text = Array.from({ length: 2000 }, (_, n) => `key${n}: 1\n`).join('');
    expect(diagnose(text)).toHaveLength(500);
  });
});

describe('files and columns', () => {
  const files = testFacts({ files: { 'features.npy': 1, 'photos/a.jpg': 1 } });

  it.each([
    ['a missing file', 'name: a\ndata: { kind: npy, path: featurs.npy }\n', ['E file-missing: featurs.npy']],
    [
      'a missing file of one modality',
      'name: a\ndata: { kind: npy, path: { image: features.npy, text: x.npy } }\n',
      ['E file-missing: x.npy'],
    ],
    ['a folder for a file', 'name: a\ndata: { kind: npy, path: photos }\n', ['E not-a-file: photos']],
    ['a folder for what may be one', 'name: a\ndata: { kind: arrow, path: photos }\n', []],
    ['a folder of one modality', 'name: a\ndata: { kind: zarr, path: { image: photos } }\n', []],
    ['neither file nor folder', 'name: a\ndata: { kind: zarr, path: foto }\n', ['E file-missing: foto']],
    [
      'a file for a folder',
      'name: a\ndata: { kind: folder, path: features.npy }\n',
      ['E not-a-folder: features.npy'],
    ],
    ['a missing folder', 'name: a\ndata: { kind: folder, path: foto }\n', ['E folder-missing: foto']],
    ['a pattern is not looked up', 'name: a\ndata: { kind: webdataset, path: "x-{0..3}.tar" }\n', []],
    [
      'a model on the hub is not looked up',
      `${start}encoders: { image: { kind: pretrained, model: owner/name } }\n`,
      [],
    ],
    [
      'a model in a folder is',
      `${start}encoders: { image: { kind: pretrained, model: ./clip } }\n`,
      ['E model-folder-missing: ./clip'],
    ],
    [
      'beside another problem',
      'name: a\ndvice: cpu\ndata: { kind: npy, path: x.npy }\n',
      ['E unknown-key: dvice', 'E file-missing: x.npy'],
    ],
  ])('%s', (_, text, expected) => {
    expect(found(text, files)).toEqual(expected);
  });

  it('suggests what lies there', () => {
    const [diagnostic] = diagnose('name: a\ndata: { kind: npy, path: featurs.npy }\n', files);
    expect(diagnostic?.message).toBe('There is no file "featurs.npy". Did you mean "features.npy"?');
    expect(diagnostic?.data).toMatchObject({ suggestion: 'features.npy' });
  });

  it('a missing column, but not numbered ones', () => {
    const names = ['path', 'caption', 'image_0', 'image_1'];
    const facts = testFacts({
      table: { columns: names.map((name) => ({ name, type: 'VARCHAR' })), rows: 3 },
    });
    const text =
      'name: a\ndata: { kind: table, path: x.csv, columns: { a: image, b: capton }, labels: path }\n';
    expect(found(text, facts)).toEqual(['E column-missing: capton']);
    expect(diagnose(text, facts)[0]?.data).toMatchObject({ suggestion: 'caption' });
  });
});

describe('classes', () => {
  const classes = {
    classes: ['bird', 'cat', 'golden retriever'].map((name) => ({ name, rows: 4 })),
    isComplete: true,
  };
  const photos = 'name: a\ndata:\n  kind: folder\n  path: photos\n';
  const refused = (code: string) => ({ problem: { code, message: 'refused', uri: null } });

  it.each<[string, string, Facts, string[]]>([
    [
      'that are there',
      `${photos}  classes: [cat, golden retriever]\n`,
      testFacts({ classes, data: { ...pairs, classes: ['cat'] } }),
      ['I no-encoders: data'],
    ],
    [
      'that are not, each of them, and not once more by the data',
      `${photos}  classes:\n    - kat\n    - bird\n    - "golden retreiver"\n`,
      testFacts({ classes, data: refused('unknown-class') }),
      ['E unknown-class: kat', 'E unknown-class: "golden retreiver"'],
    ],
    [
      'one that the data refuse while their classes are not known',
      `${photos}  classes: [kat]\n`,
      testFacts({ data: refused('unknown-class') }),
      ['E unknown-class: classes'],
    ],
    [
      'where not all are known',
      `${photos}  classes: [kat]\n`,
      testFacts({ classes: { ...classes, isComplete: false } }),
      [],
    ],
    [
      'of data without labels',
      `${photos}  classes: [cat]\n`,
      testFacts({ data: refused('labels-missing'), classes: refused('labels-missing') }),
      ['E labels-missing: classes'],
    ],
    [
      'without labels, as the text tells already',
      'name: a\ndata:\n  kind: table\n  path: a.csv\n  classes: [cat]\n',
      testFacts({ data: refused('labels-missing'), classes: refused('labels-missing') }),
      ['E labels-missing: classes'],
    ],
    ['twice', `${photos}  classes: [cat, bird, cat]\n`, noFacts, ['W class-repeated: cat']],
    ['of a number', `${photos}  classes: [0]\n`, testFacts({ classes }), ['E wrong-type: 0']],
    ['that are none', `${photos}  classes: []\n`, testFacts({ classes }), ['E out-of-range: []']],
    [
      'of another kind',
      'name: a\ndata: { kind: npy, path: x, classes: [a, a] }\n',
      noFacts,
      ['E unknown-key: classes'],
    ],
  ])('%s', (_, text, facts, expected) => {
    expect(found(text, facts)).toEqual(expected);
  });

  it('says which was meant', () => {
    const [diagnostic] = diagnose(`${photos}  classes: [birdd]\n`, testFacts({ classes }));
    expect(diagnostic?.message).toBe(
      'No row of the data is of the class "birdd"; expected one of bird, cat, golden retriever. Did you mean "bird"?',
    );
    expect(diagnostic).toMatchObject({
      range: { start: { line: 4, character: 12 }, end: { line: 4, character: 17 } },
      data: { path: ['data', 'classes', 0], at: 'value', suggestion: 'bird' },
    });
  });
});

describe('data and models', () => {
  const both = 'encoders:\n  image: { kind: pretrained, model: a }\n  text: { kind: pretrained, model: b }\n';

  it.each<[string, string, Facts, string[]]>([
    [
      'data that cannot be read',
      'name: a\ndata: { kind: npy, path: x.npy }\n',
      testFacts({
        data: { problem: { code: 'npy-header', message: 'no header', uri: 'file:///project/x.npy' } },
      }),
      ['E npy-header: x.npy'],
    ],
    [
      'an encoder without data',
      `${start}encoders: { image: { kind: random }, text: { kind: random }, txt: { kind: random } }\n`,
      testFacts({ data: pairs }),
      ['E unknown-modality: txt'],
    ],
    [
      'data without an encoder',
      `${start}encoders: { image: { kind: random } }\n`,
      testFacts({ data: pairs }),
      ['E missing-encoder: encoders'],
    ],
    [
      'what a run will leave out of its data',
      `name: a\ndata: { kind: npz, path: x }\n`,
      testFacts({
        data: {
          ...pairs,
          modalities: [{ name: 'image', content: null, dimension: 4 }],
          notes: [{ code: 'left-out', message: 'x: 1 array was not read as a modality: ids (integers)' }],
        },
      }),
      ['I one-modality: ', 'I left-out: x'],
    ],
    ['no encoders', start, testFacts({ data: pairs }), ['I no-encoders: data']],
    [
      'an encoder for embeddings',
      `name: a\ndata: { kind: npy, path: x }\nencoders: { image: { kind: random } }\n`,
      testFacts({ data: { ...pairs, modalities: [{ name: 'image', content: null, dimension: 4 }] } }),
      ['I one-modality: ', 'W encoder-not-used: image'],
    ],
    [
      'embeddings of unequal dimensions',
      `name: a\ndata: { kind: npy, path: { a: x, b: y } }\n`,
      testFacts({
        data: {
          ...pairs,
          modalities: [
            { name: 'a', content: null, dimension: 4 },
            { name: 'b', content: null, dimension: 5 },
          ],
        },
      }),
      ['E unequal-dimensions: y'],
    ],
    [
      'a batch larger than the data',
      `${start}${both}experiments: [{ kind: loss-landscape, batchSize: 41 }]\n`,
      testFacts({ data: pairs }),
      ['E batch-larger-than-data: 41'],
    ],
    [
      'a batch larger than the data, of a metric',
      `${start}${both}experiments: [{ kind: modality-gap, metrics: [{ kind: contrastive-loss, batchSize: 41 }] }]\n`,
      testFacts({ data: pairs }),
      ['E batch-larger-than-data: 41'],
    ],
    [
      'metrics that look at no fewer rows than there are',
      `${start}${both}experiments:\n  - kind: modality-gap\n    metrics: [recall-at-1, recall-at-5, { kind: recall-at-10 }]\n`,
      testFacts({ data: { ...pairs, rows: 5 } }),
      ['W k-not-below-rows: recall-at-5', 'W k-not-below-rows: recall-at-10'],
    ],
    [
      'such metrics where they were not asked for by name',
      `${start}${both}experiments:\n  - kind: modality-gap\n`,
      testFacts({ data: { ...pairs, rows: 10 } }),
      ['I k-not-below-rows: modality-gap'],
    ],
    [
      'such metrics with one row more',
      `${start}${both}experiments:\n  - kind: modality-gap\n    metrics: [recall-at-10]\n`,
      testFacts({ data: { ...pairs, rows: 11 } }),
      [],
    ],
    [
      'a model that cannot be read',
      `${start}${both}`,
      testFacts({ models: { b: { problem: { code: 'model-missing', message: 'none', uri: null } } } }),
      ['E model-missing: b'],
    ],
    [
      'an output that the model does not have',
      `${start}encoders: { image: { kind: onnx, path: b, output: c }, text: { kind: random } }\n`,
      testFacts({ models: { b: { problem: { code: 'model-output', message: 'none', uri: null } } } }),
      ['E model-output: c'],
    ],
    [
      'what a run will say of a model',
      `${start}encoders: { image: { kind: onnx, path: b }, text: { kind: random } }\n`,
      testFacts({ models: { b: { ...model, notes: [{ code: 'pixel-levels', message: 'bytes' }] } } }),
      ['I pixel-levels: b'],
    ],
    [
      'encoders of unequal dimensions, one of them an ONNX file',
      `${start}encoders: { image: { kind: pretrained, model: a }, text: { kind: onnx, path: b } }\n`,
      testFacts({ models: { a: model, b: { ...model, dimension: 768 } } }),
      ['E unequal-dimensions: b'],
    ],
    [
      'encoders of unequal dimensions',
      `${start}${both}`,
      testFacts({ models: { a: model, b: { ...model, dimension: 768 } } }),
      ['E unequal-dimensions: b'],
    ],
    [
      'a temperature that was not learned',
      `${start}${both}experiments: [{ kind: modality-gap, metrics: [{ kind: contrastive-loss, temperature: 0.07 }] }]\n`,
      testFacts({ models: { a: model, b: model } }),
      ['I temperature-not-learned: 0.07'],
    ],
    [
      'the temperature that was learned',
      `${start}${both}experiments: [{ kind: modality-gap, metrics: [{ kind: contrastive-loss, temperature: 0.01 }] }]\n`,
      testFacts({ models: { a: model, b: model } }),
      [],
    ],
  ])('%s', (_, text, facts, expected) => {
    expect(found(text, facts)).toEqual(expected);
  });

  it('does not say twice that a file is missing', () => {
    const facts = testFacts({
      files: {},
      data: { problem: { code: 'file-unreadable', message: 'not there', uri: null } },
    });
    expect(found('name: a\ndata: { kind: npy, path: x.npy }\n', facts)).toEqual(['E file-missing: x.npy']);
  });

  it('points at the file, or the encoder, that it is about', () => {
    const facts = testFacts({ models: { a: model, b: { ...model, dimension: 768 } } });
    const [diagnostic] = diagnose(`${start}${both}`, facts);
    expect(diagnostic?.relatedInformation?.[0]?.location.range.start.line).toBe(3);
  });
});

describe('what is not used', () => {
  it.each([
    [
      'sampling without a limit',
      'name: a\ndata: { kind: scenes, sampling: random }\n',
      ['H sampling-not-used: sampling'],
    ],
    [
      'a metric twice',
      `${start}experiments: [{ kind: modality-gap, metrics: [mean-cosine, gap-distance, mean-cosine] }]\n`,
      ['W metric-repeated: mean-cosine'],
    ],
    [
      'an anchor',
      'name: &n a\ndata: &d\n  kind: scenes\n',
      ['H anchor-not-used: &n', 'H anchor-not-used: &d'],
    ],
    ['an anchor that is used', `${start}encoders: { image: &e { kind: random }, text: *e }\n`, []],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('is faded', () => {
    expect(diagnose('name: &n a\ndata: { kind: scenes }\n')[0]?.tags).toEqual([DiagnosticTag.Unnecessary]);
  });
});

describe('cost', () => {
  const encoders =
    'encoders: { image: { kind: pretrained, model: a }, text: { kind: pretrained, model: a } }\n';
  const facts = (rows: number, memory: number) =>
    testFacts({ data: { ...pairs, rows }, models: { a: model }, machine: { memory, cores: 2 } });

  it.each([
    ['a run that fits', 1000, 2 ** 34, []],
    ['one that takes long', 10_000_000, 2 ** 40, ['I run-takes-long: data']],
    ['one that takes more memory than there is', 1000, 2 ** 28, ['W run-exceeds-memory: data']],
  ])('%s', (_, rows, memory, expected) => {
    expect(found(start + encoders, facts(rows, memory)).filter((line) => line.includes('run-'))).toEqual(
      expected,
    );
  });
});

describe('results out of date', () => {
  const { config } = openText(`${start}seed: 1\n`).document.parsed;
  const recorded = JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
  const facts = (run: Parameters<typeof testRun>[0]) => testFacts({ runs: [testRun(run)] });

  it.each<[string, string, Parameters<typeof testRun>[0], string[]]>([
    ['the same configuration', `${start}seed: 1\n`, { config: recorded }, []],
    ['another seed', `${start}seed: 2\n`, { config: recorded }, ['H results-out-of-date: seed']],
    [
      'another dataset',
      'name: a\nseed: 1\ndata: { kind: scenes, count: 3 }\n',
      { config: recorded },
      ['H results-out-of-date: data'],
    ],
    [
      'other data',
      `${start}seed: 1\n`,
      { config: recorded, isDataChanged: true },
      ['H results-out-of-date: data'],
    ],
    [
      'an experiment with other parameters',
      `${start}seed: 1\nexperiments: [{ kind: modality-gap, metrics: [mean-cosine] }]\n`,
      { config: recorded },
      ['H results-out-of-date: kind'],
    ],
    [
      'an experiment that is new',
      `${start}seed: 1\nexperiments: [{ kind: modality-gap }, { kind: loss-landscape }]\n`,
      { config: recorded },
      [],
    ],
    [
      'another title, another device',
      `${start.replace('name: a', 'name: b')}seed: 1\ndevice: cpu\n`,
      { config: recorded },
      [],
    ],
  ])('%s', (_, text, run, expected) => {
    expect(found(text, facts(run))).toEqual(expected);
  });

  it('says since when, and in which time zone', () => {
    const [stale] = diagnose(`${start}seed: 2\n`, facts({ config: recorded }));
    expect(stale?.message).toBe(
      'The last results are out of date: `seed` was changed since 2026-03-01 12:30 UTC',
    );
  });
});
