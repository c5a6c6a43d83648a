import { describe, expect, it } from 'vitest';
import { hoverAt } from '../../server/language/hover.ts';
import { noFacts, type Facts, type ModelFacts } from '../../server/language/facts.ts';
import { trend } from '../../server/language/runHistory.ts';
import { openText } from './openText.ts';
import { testFacts, testResult, testRun } from './testFacts.ts';

/** The text of a hover, and what of the document it is for. */
function hover(marked: string, facts: Facts = noFacts): { text: string; of: string } | null {
  const { document, position, text } = openText(marked);
  const found = hoverAt(document, document.offsetAt(position), facts);
  if (found === null) return null;
  const { start, end } = found.range!;
  return {
    text: (found.contents as { value: string }).value,
    of: text.slice(document.offsetAt(start), document.offsetAt(end)),
  };
}

const model: ModelFacts = {
  architecture: 'CLIP ViT-B/32',
  parameters: 151_277_313,
  size: 605_000_000,
  dimension: 512,
  logitScale: 100,
  isPresent: true,
};

describe('what the registries say', () => {
  it.each([
    ['a key with its default', 'pair|Rows: 5\n', 'pairRows', ['Whole number, at least 2', 'default `20000`']],
    ['a key that is required', 'na|me: a\n', 'name', ['titles the report', 'required']],
    [
      'a key of a kind',
      'data: { kind: scenes, mis|match: 0 }',
      'mismatch',
      ['Number, at least 0, at most 1', 'default `0`'],
    ],
    ['a value of a list', 'device: c|pu\n', 'cpu', ['Where to compute', '`auto`']],
    ['a reader', 'data:\n  kind: ta|ble\n', 'table', ['**Table', 'Parquet']],
    [
      'an encoder, with what to know of it',
      'encoders: { image: { kind: ran|dom } }',
      'random',
      ['the weights are random'],
    ],
    [
      'an experiment, with its paper',
      'experiments:\n  - kind: loss-lands|cape\n',
      'loss-landscape',
      ['Liang et al. 2022'],
    ],
    [
      'a metric, with its formula',
      'experiments:\n  - kind: modality-gap\n    metrics: [gap-dis|tance]\n',
      'gap-distance',
      ['‖'],
    ],
    [
      'a metric with parameters',
      'experiments:\n  - kind: modality-gap\n    metrics:\n      - kind: contrastive-l|oss\n',
      'contrastive-loss',
      ['softmax'],
    ],
    [
      'a temperature',
      'experiments:\n  - kind: loss-landscape\n    logit|Scales: [1]\n',
      'logitScales',
      ['closing it raises the loss', 'Liang et al. 2022'],
    ],
    ['a key in braces', 'data: { kind: scenes, coun|t: 3 }', 'count', ['How many']],
    ['a key in a file that is broken below', 'see|d: 1\ndata: [a\n', 'seed', ['random draw']],
  ])('%s', (_, marked, of, parts) => {
    const found = hover(marked);
    expect(found?.of).toBe(of);
    for (const part of parts) expect(found?.text).toContain(part);
  });

  it.each([
    ['an unknown key', 'nothing|: 1\n'],
    ['a comment', 'name: a # com|ment\n'],
    ['nothing', '|'],
    ['a space', 'data:\n | kind: npy\n'],
  ])('is silent on %s', (_, marked) => {
    expect(hover(marked)).toBeNull();
  });
});

describe('what the facts say', () => {
  it('a dataset: counts, modalities, dimensions', () => {
    const data = {
      rows: 25_014,
      classes: ['dog', 'cat'],
      notes: [],
      modalities: [
        { name: 'image', content: null, dimension: 512 },
        { name: 'text', content: 'text' as const, dimension: null },
      ],
    };
    const text = hover('data:\n  kind: n|py\n  path: a.npy\n', testFacts({ data }))!.text;
    expect(text).toContain('25,014 rows, 2 classes');
    expect(text).toContain('- `image`: embeddings, dimension 512\n- `text`: text');
    expect(hover('da|ta:\n  kind: npy\n  path: a.npy\n', testFacts({ data }))!.text).toContain('25,014 rows');
  });

  it('a dataset that cannot be read: why', () => {
    const data = { problem: { code: 'npy-header', message: 'a.npy has no header', uri: null } };
    expect(hover('data:\n  kind: n|py\n  path: a.npy\n', testFacts({ data }))!.text).toContain(
      'a.npy has no header',
    );
  });

  it.each(['im|age', 'image: { kind: pre|trained', 'image: { kind: pretrained, model: own|er/clip'])(
    'an encoder: architecture, size, dimension, temperature (%s)',
    (beginning) => {
      const whole = 'image: { kind: pretrained, model: owner/clip } }';
      const marked = `encoders: { ${beginning}${whole.slice(beginning.length - 1)}`;
      const text = hover(marked, testFacts({ models: { 'owner/clip': model } }))!.text;
      expect(text).toContain(
        [
          '- architecture: CLIP ViT-B/32',
          '- parameters: 151M',
          '- size: 577 MiB',
          '- dimension: 512',
          '- logit scale: 100 (temperature 0.01)',
        ].join('\n'),
      );
    },
  );

  it.each(['on|nx', 'onnx, path: a.on|nx'])(
    'an encoder in an ONNX file, of which nothing is markup (%s)',
    (kind) => {
      const named = { ...model, architecture: '[main](command:x)', logitScale: null };
      const marked = `encoders: { image: { kind: ${kind}${kind.includes('path') ? '' : ', path: a.onnx'} } }`;
      const text = hover(marked, testFacts({ models: { 'a.onnx': named } }))!.text;
      expect(text).toContain('- architecture: \\[main\\]\\(command:x\\)\n- parameters: 151M');
      const problem = { code: 'model-unreadable', message: 'a.onnx has [x](command:y)', uri: null };
      const said = hover(marked, testFacts({ models: { 'a.onnx': { problem } } }))?.text ?? '';
      // At the value that names it the diagnostic says it.
      expect(said.includes('a.onnx has \\[x\\]\\(command:y\\)')).toBe(!kind.includes('path'));
    },
  );

  it('a temperature: the one that the models learned, where they agree', () => {
    const marked =
      'encoders: { image: { kind: pretrained, model: a }, text: { kind: pretrained, model: b } }\n' +
      'experiments: [{ kind: modality-gap, metrics: [{ kind: contrastive-loss, tempera|ture: 1 }] }]\n';
    const agree = testFacts({ models: { a: model, b: model } });
    expect(hover(marked, agree)!.text).toContain('learned a temperature of 0.01');
    const differ = testFacts({ models: { a: model, b: { ...model, logitScale: 50 } } });
    expect(hover(marked, differ)!.text).not.toContain('learned a temperature');
  });

  it('a path: what it leads to', () => {
    const facts = testFacts({ files: { 'a.npy': 2048 } });
    expect(hover('data: { kind: npy, path: a.n|py }', facts)!.text).toContain(
      '[File](file:///project/a.npy), 2 KiB',
    );
    expect(hover('data: { kind: npy, path: b.n|py }', facts)!.text).toContain('Not there');
  });

  it('a column: its type', () => {
    const facts = testFacts({ table: { columns: [{ name: 'cap', type: 'VARCHAR' }], rows: 7 } });
    expect(hover('data: { kind: table, path: a.csv, columns: { text: c|ap } }', facts)!.text).toContain(
      'Column of type `VARCHAR`, 7 rows',
    );
  });
});

describe('a class', () => {
  const facts = testFacts({
    files: { 'photos/cat/1.jpg': 1 },
    classes: { classes: [{ name: 'cat', rows: 1200 }], isComplete: true },
  });

  it.each([
    [
      'of a folder',
      'data: { kind: folder, path: photos, classes: [c|at] }',
      'Class with 1,200 rows, [Folder](file:///project/photos/cat)',
    ],
    [
      'of a table',
      'data:\n  kind: table\n  path: a.csv\n  labels: kind\n  classes:\n    - ca|t\n',
      'Class with 1,200 rows, in the column `kind`',
    ],
    ['of shards', 'data: { kind: webdataset, path: a.tar, classes: ["c|at"] }', 'Class with 1,200 rows'],
  ])('%s: its rows, and where it is', (_, marked, expected) => {
    expect(hover(marked, facts)!.text.split('\n').at(-1)).toBe(expected);
  });

  it('that is not there: what may stand there', () => {
    const found = hover('data: { kind: folder, path: photos, classes: [k|at] }', facts);
    expect(found?.text).toContain('label');
    expect(found?.text).not.toContain('Class with');
  });
});

describe('the last results', () => {
  const older = testRun({
    uri: 'file:///project/runs/older',
    startedAt: '2026-02-01T00:00:00.000Z',
    results: [
      testResult({ value: 0.9, interval: null }),
      testResult({ metric: 'mean-cosine', modalities: ['image'] }),
    ],
  });
  const facts = testFacts({ runs: [testRun(), older] });

  it('an experiment: values with interval, date, device, trend, and a link', () => {
    const text = hover('experiments:\n  - kind: modality-|gap\n', facts)!.text;
    expect(text).toContain('Last run 2026-03-01 12:30 UTC, on cpu, 512 rows');
    const argument = encodeURIComponent('["file:///project/modality-gap-runs/first"]');
    expect(text).toContain(`(command:modalityGap.openRun?${argument})`);
    expect(text).toContain('| image → text | 0.8251 [0.81, 0.84] distance | █▁ |');
    expect(text).not.toContain('Mean cosine');
  });

  it('an experiment that was run once: no trend', () => {
    const text = hover('experiments:\n  - kind: modality-|gap\n', testFacts({ runs: [testRun()] }))!.text;
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toEqual([
      '| metric | of | value |',
      '| --- | --- | --- |',
      '| Gap distance | image → text | 0.8251 [0.81, 0.84] distance |',
    ]);
  });

  it('a metric: its own values, from the last run that has them', () => {
    const text = hover('experiments:\n  - kind: modality-gap\n    metrics: [mean-|cosine]\n', facts)!.text;
    expect(text).toContain('Last run 2026-02-01');
    expect(text).not.toContain('gap-distance');
  });

  it('only those of an experiment of that name', () => {
    const marked =
      'name: a\ndata: { kind: scenes }\nexperiments:\n  - kind: modality-gap\n    name: oth|er\n';
    expect(hover(marked, facts)!.text).not.toContain('Last run');
  });

  it('all of them on the section', () => {
    expect(hover('experi|ments:\n  - kind: modality-gap\n', facts)!.text).toContain('Last run 2026-03-01');
  });

  it('names in results are no markup', () => {
    const run = testRun({ results: [testResult({ modalities: ['a|b', '[x](command:y)'] })] });
    const text = hover('experiments:\n  - kind: modality-|gap\n', testFacts({ runs: [run] }))!.text;
    expect(text).toContain('a\\|b → \\[x\\]\\(command:y\\)');
  });

  it('a trend goes from the lowest bar to the highest', () => {
    expect(trend([1, 2, 8])).toBe('▁▂█');
    expect(trend([3, 3])).toBe('▄▄');
    expect(trend([3])).toBe('');
  });
});
