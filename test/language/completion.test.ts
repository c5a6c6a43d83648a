import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompletionItem } from 'vscode-languageserver-types';
import { parse } from 'yaml';
import { metrics } from '../../server/engine/metrics/registry.ts';
import { readers } from '../../server/engine/datasets/registry.ts';
import { completionsAt } from '../../server/language/completion.ts';
import { noFacts, type Facts } from '../../server/language/facts.ts';
import { edited, openText } from './openText.ts';
import { testFacts } from './testFacts.ts';

function complete(marked: string, facts: Facts = noFacts) {
  const { document, position, text } = openText(marked);
  const items = completionsAt(document, document.offsetAt(position), facts).sort((a, b) =>
    a.sortText! < b.sortText! ? -1 : 1,
  );
  return { items, labels: items.map(({ label }) => label), text };
}

/** The text once an item is taken, with its stops as they are. */
function taken(marked: string, label: string, facts?: Facts): string {
  const { items, labels, text } = complete(marked, facts);
  const item: CompletionItem | undefined = items.find((candidate) => candidate.label === label);
  if (item === undefined) throw new Error(`"${label}" is not among ${labels.join(', ')}`);
  return edited(text, [item.textEdit as never]);
}

const kinds = readers.map(({ kind }) => kind);
const metricKinds = metrics.map(({ kind }) => kind);

describe('keys', () => {
  it.each<[string, string, string[]]>([
    [
      'in an empty file',
      '|',
      [
        'measurement',
        'name',
        'data',
        'seed',
        'encoders',
        'experiments',
        'pairRows',
        'repeatedRows',
        'invalidRows',
        'device',
        'output',
      ],
    ],
    [
      'between others, never those that are there',
      'name: a\n|\ndata: { kind: scenes }\nseed: 1\n',
      ['encoders', 'experiments', 'pairRows', 'repeatedRows', 'invalidRows', 'device', 'output'],
    ],
    [
      'half typed',
      'name: a\nda|',
      [
        'data',
        'seed',
        'encoders',
        'experiments',
        'pairRows',
        'repeatedRows',
        'invalidRows',
        'device',
        'output',
      ],
    ],
    ['of a kind', 'data:\n  kind: text-lines\n  |', ['path', 'limit', 'sampling']],
    ['before the kind', 'data:\n  |\n  kind: text-lines\n', ['path', 'limit', 'sampling']],
    ['in braces', 'data: { kind: text-lines, | }', ['path', 'limit', 'sampling']],
    ['in braces over lines', 'data: {\n  kind: text-lines,\n  |\n}', ['path', 'limit', 'sampling']],
    [
      'in braces that are still open',
      'data: { kind: text-lines, |\nseed: 1\n',
      ['path', 'limit', 'sampling'],
    ],
    [
      'of a mapping that an anchor names',
      'data: &d\n  kind: text-lines\n  |\nx: *d\n',
      ['path', 'limit', 'sampling'],
    ],
    ['after a comment', 'data:\n  kind: text-lines # texts\n  # more\n  |', ['path', 'limit', 'sampling']],
    ['below an open quote', 'name: "a\ndata:\n  kind: text-lines\n  |', ['path', 'limit', 'sampling']],
    ['below an open bracket', 'name: [a\ndata:\n  kind: text-lines\n  |', ['path', 'limit', 'sampling']],
    [
      'of an entry of a list',
      'experiments:\n  - kind: modality-gap\n    |\n  - kind: loss-landscape\n',
      ['name', 'metrics'],
    ],
    ['of a range', 'experiments:\n  - kind: loss-landscape\n    shifts: { from: 1, | }', ['to', 'step']],
    [
      'of a metric with parameters',
      'experiments:\n  - kind: modality-gap\n    metrics:\n      - kind: contrastive-loss\n        |',
      ['temperature', 'batchSize'],
    ],
    ['of what is no key', 'nothing:\n  |', []],
    ['of what every object has', 'constructor:\n  |', []],
    ['in a comment', 'name: a # |', []],
    ['in a text of several lines', 'data:\n  kind: table\n  sql: >\n    SELECT |\n', []],
  ])('%s', (_, marked, expected) => {
    expect(complete(marked).labels).toEqual(expected);
  });

  it.each(['data:\n  |', 'data:\n  ki|', 'data: { | }'])('the kind comes first: %j', (marked) => {
    expect(complete(marked).labels).toEqual(['kind', ...kinds.map((kind) => `kind: ${kind}`)]);
  });

  it('the key at the cursor is replaced, and may stay what it is', () => {
    expect(complete('data:\n  ki|nd: npy\n').labels).toContain('kind');
    expect(taken('data:\n  kind: text-lines\n  pa|h: x\n', 'path')).toBe(
      'data:\n  kind: text-lines\n  path: x\n',
    );
  });

  it('brings the keys that are required with it', () => {
    expect(taken('|', 'measurement')).toBe('name: $1\ndata:\n  kind: $2');
    expect(taken('data:\n  |', 'kind: coco-captions')).toBe('data:\n  kind: coco-captions\n  path: $1');
    expect(taken('encoders: { image: { | } }', 'kind: onnx')).toBe(
      'encoders: { image: { kind: onnx, path: $1 } }',
    );
    expect(taken('experiments:\n  - kind: loss-landscape\n    sh|', 'shifts')).toBe(
      'experiments:\n  - kind: loss-landscape\n    shifts:\n      from: $1\n      to: $2\n      step: $3',
    );
  });

  it('gives a key its usual value', () => {
    expect(taken('se|', 'seed')).toBe('seed: ${1:0}');
    // What is chosen from a list is not filled in: the text would narrow the list.
    expect(taken('dev|', 'device')).toBe('device: $1');
  });

  it('are the modalities where those have keys of their own', () => {
    const data = {
      rows: 4,
      classes: null,
      notes: [],
      modalities: [
        { name: 'photo', content: 'image' as const, dimension: null },
        { name: 'caption', content: 'text' as const, dimension: null },
      ],
    };
    const marked = 'data: { kind: folder, path: x }\nencoders:\n  caption: { kind: random }\n  |';
    expect(complete(marked, testFacts({ data })).labels).toEqual(['photo']);
    expect(taken(marked, 'photo', testFacts({ data }))).toMatch(/\n {2}photo:\n {4}kind: \$1$/);
    expect(complete('data: { kind: npy, path: { a: x, b: y } }\nencoders:\n  |').labels).toEqual(['a', 'b']);
  });
});

describe('values', () => {
  it.each<[string, string, string[]]>([
    ['of a list', 'device: |', ['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml']],
    ['without the space', 'data:\n  kind: scenes\n  sampling:|', ['first', 'random']],
    ['half typed', 'data: { kind: scenes, sampling: ra| }', ['first', 'random']],
    ['in quotes', 'data: { kind: scenes, sampling: "|" }', ['first', 'random']],
    ['kinds', 'data:\n  kind: |\n', kinds],
    ['kinds in braces', 'data: { kind: |', kinds],
    ['kinds of encoders', 'encoders: { image: { kind: ra|, ', ['random', 'pretrained', 'onnx']],
    ['the usual number', 'seed: |', ['0']],
    [
      'metrics, or their kind',
      'experiments:\n  - kind: modality-gap\n    metrics:\n      - |',
      [...metricKinds, 'kind', ...metricKinds.map((kind) => `kind: ${kind}`)].sort(),
    ],
    ['entries of a list', 'experiments:\n  |', ['- kind: modality-gap', '- kind: loss-landscape']],
    [
      'another entry of a list',
      'experiments:\n  - kind: modality-gap\n  |',
      ['kind', 'kind: modality-gap', 'kind: loss-landscape'],
    ],
  ])('%s', (_, marked, expected) => {
    const { labels } = complete(marked);
    expect(marked.includes('metrics') ? labels.sort() : labels).toEqual(expected);
  });

  it('writes what was missing before the value', () => {
    expect(taken('device:|', 'cpu')).toBe('device: cpu');
    expect(taken('experiments:\n  - kind: modality-gap\n  |', 'kind: loss-landscape')).toBe(
      'experiments:\n  - kind: modality-gap\n  - kind: loss-landscape',
    );
  });

  it('brings the keys that a kind needs', () => {
    expect(taken('data:\n  kind: n|', 'npy')).toBe('data:\n  kind: npy\n  path: $1');
    expect(taken('data:\n  kind: n|\n  path: x\n', 'npz')).toBe('data:\n  kind: npz\n  path: x\n');
    expect(taken('data:\n  kind: n| # comment\n', 'npy')).toBe('data:\n  kind: npy # comment\n');
    expect(taken('data: |', 'kind: npy')).toBe('data: \n  kind: npy\n  path: $1');
    expect(taken('experiments:\n  - kind: |', 'modality-gap')).toBe('experiments:\n  - kind: modality-gap');
  });

  it('says what a kind and a metric are', () => {
    const { items } = complete('experiments:\n  - kind: modality-gap\n    metrics: [|]\n');
    const item = items.find(({ label }) => label === 'gap-distance');
    expect(item?.detail).toBe(metrics.find(({ kind }) => kind === 'gap-distance')?.title);
    expect(JSON.stringify(item?.documentation)).toContain('Liang et al. 2022');
  });
});

describe('names', () => {
  const facts = testFacts({
    files: {
      'pairs.csv': 10,
      'images/a.jpg': 1,
      'images/deep/b.jpg': 1,
      'with space: x.npy': 1,
      '.hidden': 1,
    },
    table: {
      columns: [
        { name: 'image_path', type: 'VARCHAR' },
        { name: 'the caption', type: 'VARCHAR' },
        { name: 'split', type: 'VARCHAR' },
      ],
      rows: 3,
    },
  });
  const table = 'data:\n  kind: table\n  path: pairs.csv\n';

  it.each<[string, string, string[]]>([
    ['files', 'data: { kind: npy, path: | }', ['pairs.csv', 'with space: x.npy', 'images/', '{…}']],
    ['of a folder', 'data: { kind: npy, path: images/| }', ['a.jpg', 'deep/', '{…}']],
    [
      'below a list',
      'data:\n  kind: webdataset\n  path:\n    - |',
      ['pairs.csv', 'with space: x.npy', 'images/'],
    ],
    ['folders', 'data: { kind: folder, path: im| }', ['images/']],
    ['columns', `${table}  columns: { image: | }`, ['image_path', 'the caption', 'split', '{…}']],
    [
      'columns of a list, without those it has',
      `${table}  attributes: [split, |]`,
      ['image_path', 'the caption'],
    ],
    [
      'columns of a list on lines',
      `${table}  attributes:\n    |`,
      ['- image_path', '- the caption', '- split'],
    ],
    ['modalities', `${table}  columns: { photo: image_path }\n  relevance: |`, ['photo', '{…}']],
  ])('%s', (_, marked, expected) => {
    expect(complete(marked, facts).labels).toEqual(expected);
  });

  describe('classes', () => {
    const counts = { cat: 12, dog: 3, 'ice cream: cone': 1, '0': 4, yes: 2, "rock 'n' roll": 2 };
    const classes = {
      classes: Object.entries(counts).map(([name, rows]) => ({ name, rows })),
      isComplete: true,
    };
    const labelled = testFacts({ classes });
    const folder = 'data:\n  kind: folder\n  path: photos\n';
    const all = classes.classes.map(({ name }) => name);
    const without = (...names: string[]) => all.filter((name) => !names.includes(name));

    it.each<[string, string, string[]]>([
      ['in brackets', `${folder}  classes: [|]`, all],
      ['in brackets that are still open', `${folder}  classes: [dog, |`, without('dog')],
      ['half typed', `${folder}  classes: [cat, ice cr|]`, without('cat')],
      ['on lines', `${folder}  classes:\n    - cat\n    - |`, without('cat')],
      ['on lines, half typed', `${folder}  classes:\n    - do|\n    - cat\n`, without('cat')],
      ['the first on lines', `${folder}  classes:\n    |`, all.map((name) => `- ${name}`)],
      ['in quotes', `${folder}  classes: ["|"]`, all],
      ['of a table', 'data: { kind: table, path: a.csv, labels: c, classes: [|] }', all],
      ['of shards', 'data: { kind: webdataset, path: a.tar, limit: 3, classes: [|] }', all],
      ['of what has none', 'data: { kind: npy, path: a.npy, classes: [|] }', []],
    ])('%s', (_, marked, expected) => {
      expect(complete(marked, labelled).labels).toEqual(expected);
    });

    it('get the quotes that they need', () => {
      const after = (list: string, label: string) =>
        taken(`${folder}  classes: ${list}`, label, labelled).slice(`${folder}  classes: `.length);
      expect(after('[cat, |]', 'ice cream: cone')).toBe('[cat, "ice cream: cone"]');
      expect(after('[|]', '0')).toBe('["0"]');
      expect(after("['|']", "rock 'n' roll")).toBe("['rock ''n'' roll']");
      expect(after('\n    - ye|', 'yes')).toBe('\n    - yes');
      expect(after('\n    |', '- ice cream: cone')).toBe('\n    - "ice cream: cone"');
    });

    it('are read as what they are, whatever they are called', () => {
      const lists = ['[|]', '[cat, |]', '["|"]', "['|']", '\n    - |', '\n    - cat\n    - |'];
      fc.assert(
        fc.property(
          fc.string({ minLength: 1, unit: 'grapheme' }),
          fc.constantFrom(...lists),
          (name, list) => {
            fc.pre(!'cat'.startsWith(name));
            const facts = testFacts({ classes: { classes: [{ name, rows: 1 }], isComplete: true } });
            const written = taken(`${folder}  classes: ${list}`, name, facts);
            const text = written.replaceAll(/\\([\\$}])/g, '$1');
            const { data } = parse(text) as { data: { classes: string[] } };
            expect(data.classes.at(-1)).toBe(name);
          },
        ),
        {
          numRuns: 500,
          examples: [
            ['0x1F', '[|]'],
            ['0o17', '[|]'],
            ['-', '["|"]'],
            ['a\\n"b', "['|']"],
          ],
        },
      );
    });

    it('say how many rows they have', () => {
      const { items } = complete(`${folder}  classes: [|]`, labelled);
      expect(items.map(({ detail }) => detail).slice(1, 4)).toEqual(['12 rows', '3 rows', '1 row']);
    });

    it('are asked for whatever is chosen already', () => {
      const asked: unknown[] = [];
      const facts = {
        ...labelled,
        classes(_: string, entry: Readonly<Record<string, unknown>>) {
          asked.push(entry);
          return classes;
        },
      };
      const text = 'data: { kind: folder, path: photos, limit: 4, sampling: random, classes: [dog, |] }';
      complete(text, facts);
      expect(JSON.parse(JSON.stringify(asked))).toEqual([
        { kind: 'folder', path: 'photos', layout: 'auto', captions: 'first', sampling: 'first' },
      ]);
    });
  });

  it('keeps the folders before a name, and quotes what has to be', () => {
    expect(taken('data: { kind: npy, path: images/a| }', 'a.jpg', facts)).toBe(
      'data: { kind: npy, path: images/a.jpg }',
    );
    expect(taken('data: { kind: npy, path: "wi|" }', 'with space: x.npy', facts)).toBe(
      'data: { kind: npy, path: "with space: x.npy" }',
    );
    expect(taken('data: { kind: npy, path: wi| }', 'with space: x.npy', facts)).toBe(
      'data: { kind: npy, path: "with space: x.npy" }',
    );
  });
});
