import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../server/config/parseConfig.ts';
import { codeActions, fixAllKind } from '../../server/language/codeActions.ts';
import { noFacts, type Facts, type ModelFacts } from '../../server/language/facts.ts';
import { edited, knownFacts, openText, uri } from './openText.ts';

function offered(marked: string, only?: string[], facts: Facts = noFacts) {
  const { document, position, text } = openText(marked);
  const context = { diagnostics: [], ...(only && { only }) };
  const actions = codeActions(document, { start: position, end: position }, context, facts);
  return actions.map(({ title, edit, isPreferred, kind }) => ({
    title,
    kind,
    isPreferred,
    after: edited(text, edit!.changes![uri]!),
  }));
}

/** What an action that is offered makes of a text. */
function after(marked: string, title: string): string | undefined {
  return offered(marked).find((action) => action.title === title)?.after;
}

const start = 'name: a\ndata: { kind: scenes }\n';

describe('codeActions', () => {
  it.each([
    ['a key', 'name: a\ndta|: { kind: scenes }\n', 'Change to "data"', 'name: a\ndata: { kind: scenes }\n'],
    [
      'a kind',
      'name: a\ndata: { kind: scnes| }\n',
      'Change to "scenes"',
      'name: a\ndata: { kind: scenes }\n',
    ],
    [
      'a value in quotes',
      `${start}device: "|cqu" # here\n`,
      'Change to "cpu"',
      `${start}device: cpu # here\n`,
    ],
    [
      'a metric in a list',
      `${start}experiments:\n  - kind: modality-gap\n    metrics: [mean-cosin|]\n`,
      'Change to "mean-cosine"',
      `${start}experiments:\n  - kind: modality-gap\n    metrics: [mean-cosine]\n`,
    ],
  ])('did you mean: %s', (_, before, title, expected) => {
    expect(after(before, title)).toBe(expected);
    expect(offered(before).find((action) => action.title === title)?.isPreferred).toBe(true);
  });

  it.each([
    ['a class', '[birdd|, cat]', 'Change to "golden: one"', undefined],
    ['a class in brackets', '[golden one|, cat]', 'Change to "golden: one"', '["golden: one", cat]'],
    [
      'a class on a line',
      '\n    - cat\n    - kat| # tabby',
      'Change to "cat"',
      '\n    - cat\n    - cat # tabby',
    ],
    ['a class that is none', '[cat, zzzzz|]', 'Remove the entry', '[cat]'],
    ['a class twice', '[cat, "cat|"]', 'Remove the entry', '[cat]'],
  ])('corrects %s', (_, list, title, expected) => {
    const classes = ['cat', 'golden: one', 'x1', 'x2', 'x3', 'x4'].map((name) => ({ name, rows: 1 }));
    const facts = knownFacts({ classes: () => ({ classes, isComplete: true }) });
    const folder = 'name: a\ndata:\n  kind: folder\n  path: x\n  classes: ';
    const made = offered(`${folder}${list}\n`, undefined, facts).find((action) => action.title === title);
    expect(made?.after).toBe(expected === undefined ? undefined : `${folder}${expected}\n`);
  });

  it('takes classes away where there are no labels', () => {
    const before = 'name: a\ndata:\n  kind: table\n  path: a.csv\n  class|es:\n    - cat\nseed: 1\n';
    expect(after(before, 'Remove "classes"')).toBe('name: a\ndata:\n  kind: table\n  path: a.csv\nseed: 1\n');
  });

  it('offers each of a few values where none is near', () => {
    const titles = offered(`${start}experiments:\n  - kind: |zzzzzz\n`).map(({ title }) => title);
    expect(titles).toEqual(['Change to "modality-gap"', 'Change to "loss-landscape"']);
  });

  it.each([
    [
      'at the top',
      'seed: 1| # first\n',
      'Add "name", "data"',
      'seed: 1 # first\nname: first\ndata:\n  kind: npy\n  path: ""\n',
    ],
    [
      'in a block',
      'name: a\nda|ta:\n  kind: folder # photos\nseed: 2\n',
      'Add "path"',
      'name: a\ndata:\n  kind: folder # photos\n  path: ""\nseed: 2\n',
    ],
    [
      'in braces',
      'name: a\nda|ta: { kind: npy }\n',
      'Add "path"',
      'name: a\ndata: { kind: npy, path: "" }\n',
    ],
    [
      'in empty braces',
      'name: a\nda|ta: {}\n',
      'Add "kind", "path"',
      'name: a\ndata: { kind: npy, path: "" }\n',
    ],
    [
      'in a list',
      `${start}experiments:\n  - name:| b\n`,
      'Add "kind"',
      `${start}experiments:\n  - name: b\n    kind: modality-gap\n`,
    ],
  ])('adds missing keys %s', (_, before, title, expected) => {
    expect(after(before, title)).toBe(expected);
  });

  it.each([
    ['a line', 'name: a\nzz|zz: 1 # gone\n# stays\nseed: 1\n', 'name: a\n# stays\nseed: 1\n'],
    [
      'a block',
      'name: a\nzz|zz:\n  a:\n    - 1\n\n  # gone too?\nseed: 1\n',
      'name: a\n\n  # gone too?\nseed: 1\n',
    ],
    [
      'in braces, first',
      'a: 1\nname: a\ndata: { zz|zz: [1, 2], kind: scenes }\n',
      'a: 1\nname: a\ndata: { kind: scenes }\n',
    ],
    ['in braces, last', 'name: a\ndata: { kind: scenes, zz|zz: 1 }\n', 'name: a\ndata: { kind: scenes }\n'],
    [
      'the first key of an entry',
      `${start}experiments:\n  - zz|zz: 1 # why\n    kind: modality-gap\n`,
      `${start}experiments:\n  - kind: modality-gap\n`,
    ],
    ['the last line', `${start}zz|zz: 1`, start],
    ['without a value', `${start}zz|zz:\nseed: 0\n`, `${start}seed: 0\n`],
  ])('removes an unknown key: %s', (_, before, expected) => {
    expect(after(before, 'Remove "zzzz"')).toBe(expected);
  });

  it('takes the second of two equal names away', () => {
    const entry = '  - kind: modality-gap\n    name: a\n';
    expect(
      after(`${start}experiments:\n${entry}  - kind: modality-gap\n    name: |a\n`, 'Remove "name"'),
    ).toBe(`${start}experiments:\n${entry}  - kind: modality-gap\n`);
  });

  it('writes a first experiment into an empty file', () => {
    const text = after('|', 'Write a first experiment');
    expect(parseConfig(text!, 'a').problems).toEqual([]);
  });

  it('uses the temperature that the model learned', () => {
    const model: ModelFacts = {
      architecture: null,
      parameters: null,
      size: null,
      dimension: 512,
      logitScale: 50,
      isPresent: true,
    };
    const before = `${start}encoders:
  image: { kind: pretrained, model: a/b }
  text: { kind: pretrained, model: a/b }
experiments:
  - kind: modality-gap
    metrics:
      - kind: contrastive-loss
        temperature: |0.07 # of another model
`;
    const found = offered(before, undefined, knownFacts({ model: () => model }));
    expect(found.map(({ title }) => title)).toContain('Use the learned temperature, 0.02');
    expect(found[0]!.after).toBe(before.replace('|0.07', '0.02'));
    expect(offered(before)).toEqual([]);
  });

  it('takes out what does nothing', () => {
    const facts = knownFacts({
      path: (_, path) => ({ uri: `file:///project/${path}`, kind: 'file', size: 1 }),
      data: () => ({
        rows: 4,
        modalities: [{ name: 'image', content: null, dimension: 3 }],
        classes: null,
        notes: [],
      }),
    });
    const before =
      'name: a\ndata: { kind: npy, path: a.npy }\nencoders:\n  ima|ge: { kind: random }\n  text: { kind: random }\n';
    expect(offered(before, undefined, facts).map(({ title, after }) => [title, after])).toContainEqual([
      'Remove "image"',
      'name: a\ndata: { kind: npy, path: a.npy }\nencoders:\n  text: { kind: random }\n',
    ]);
  });

  it('corrects everything at once, when asked to', () => {
    const before =
      'nam: a\ndta: { knd: scenes }\ndevice: cqu\nzzzz: 1\nexperiments:\n  - kind: modality-gpa\n|';
    const [action] = offered(before, [fixAllKind]);
    expect(action?.after).toBe(
      'name: a\ndata: { knd: scenes }\ndevice: cpu\nzzzz: 1\nexperiments:\n  - kind: modality-gap\n',
    );
    expect(offered(before)).toEqual([]);
    expect(offered(`${start}|`, [fixAllKind])).toEqual([]);
    expect(offered(before, ['source.organizeImports'])).toEqual([]);
  });

  it('names the diagnostics that it solves', () => {
    const { document } = openText('nam: a\ndata: { kind: scenes }\n');
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } };
    const diagnostic = { range, code: 'unknown-key', message: 'x' };
    const other = { range, code: 'missing-key', message: 'y' };
    const [action] = codeActions(document, range, { diagnostics: [other, diagnostic] }, noFacts);
    expect(action?.diagnostics).toEqual([diagnostic]);
  });
});
