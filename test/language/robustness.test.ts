import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { readYaml } from '../../server/config/yamlSource.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import { LanguageService } from '../../server/language/languageService.ts';
import { cases } from '../thoroughness.ts';
import { everyEdit, everyFeature } from './everyFeature.ts';
import { edited, uri } from './openText.ts';
import { testFacts, testRun } from './testFacts.ts';

/** Random edits of the templates, in parts that each have draws of their own. */
const edits = cases(1200, 20_000);
const parts = cases(1, 10);

const folder = 'media/templates';
const templates = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

const facts = testFacts({
  files: { 'pairs.csv': 1, 'image_features.npy': 1, 'photos/a.jpg': 1 },
  table: { columns: [{ name: 'caption', type: 'VARCHAR' }], rows: 9 },
  data: {
    rows: 9,
    classes: null,
    notes: [],
    modalities: [
      { name: 'image', content: 'image', dimension: null },
      { name: 'text', content: 'text', dimension: null },
    ],
  },
  models: {
    'openai/clip-vit-base-patch32': {
      architecture: 'CLIP',
      parameters: 1e8,
      size: 1,
      dimension: 512,
      logitScale: 100,
      isPresent: true,
    },
  },
  runs: [testRun()],
  machine: { memory: 2 ** 30, cores: 1 },
});

const service = new LanguageService(facts, { docsUri: null });
const open = (text: string) => TextDocument.create(uri, 'gap-yaml', 1, text);

/** Whether a question has another answer elsewhere in the document. */
const takesOffset = ({ length }: (typeof everyFeature)[string]): boolean => length === 3;

/** Asks everything at an offset. */
function askAll(text: string, offset: number): void {
  const document = open(text);
  for (const ask of Object.values(everyFeature)) ask(service, document, offset);
}

const snippets = [
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ':',
  ': ',
  '\n',
  '\n\n',
  '  ',
  '\t',
  '#',
  '- ',
  '-',
  '&a ',
  '*a',
  '*a ',
  '!!x ',
  '? ',
  '>\n',
  ',',
  'kind: ',
  'kind: npy',
  'data:',
  '\r\n',
  '---\n',
  '...\n',
  '\u0000',
  '\uFEFF',
  '😀',
  '\uD800',
  '<<: *a',
  '__proto__: ',
  'constructor: ',
  '%YAML 1.1\n',
  '1e999',
  '~',
  'null',
  '.nan',
  '0x',
  '[[[[[[',
  '{{{{{{',
  'experiments:\n  - ',
  'metrics: [',
];

function randomText(random: Random, length: number): string {
  return Array.from({ length }, () =>
    String.fromCharCode(random.integer(0, random.integer(0, 2) === 0 ? 128 : 0x10000)),
  ).join('');
}

/** One of: cut out, put in, doubled, cut off, replaced by anything. */
function mutate(text: string, random: Random): string {
  const at = random.integer(0, text.length + 1);
  const length = random.integer(0, 40);
  switch (random.integer(0, 6)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length);
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(0, at) + randomText(random, 1 + random.integer(0, 8)) + text.slice(at);
    default:
      return text.slice(0, at) + snippets[random.integer(0, snippets.length)]! + text.slice(at);
  }
}

describe('no text makes a feature throw or hang', () => {
  it.each(Array.from({ length: parts }, (_, part) => part))(
    'random edits, part %i: what is offered to change makes the text no worse',
    (part) => {
      const random = new Random(2026).stream(`part ${part}`);
      let changes = 0;
      for (let edit = 0; edit < edits / parts; edit++) {
        let text = templates[random.integer(0, templates.length)]!;
        for (let count = 1 + random.integer(0, 4); count > 0; count--) text = mutate(text, random);
        const offset = random.integer(0, text.length + 1);
        expect(
          () => {
            askAll(text, offset);
          },
          `${JSON.stringify(text)} at ${offset}`,
        ).not.toThrow();
        // Each change is a text to be read again: of every tenth one is enough.
        if (edit % 10 === 0) changes += countChanges(text, offset);
      }
      expect(changes).toBeGreaterThan(edits / parts / 20);
    },
    600_000,
  );

  /** How many changes are offered, none of which may make more YAML unreadable than is. */
  function countChanges(text: string, offset: number): number {
    const before = readYaml(text).problems.length;
    const changed = everyEdit(service, open(text), offset)
      .map(({ changes }) => edited(text, changes?.[uri] ?? []))
      .filter((after) => after !== text);
    for (const after of changed) {
      expect(readYaml(after).problems.length, `${text}\n→\n${after}`).toBeLessThanOrEqual(before);
    }
    return changed.length;
  }

  const experiments = (count: number) =>
    Array.from(
      { length: count },
      (_, n) =>
        `  - kind: modality-gap\n    name: e${n}\n    metrics: [mean-cosine, gap-distance, contrastive-los]\n`,
    ).join('');
  const bomb = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(10)}]`),
    'data: *a20',
    'experiments: *a20',
  ].join('\n');

  it.each([
    ['10,000 lines', `name: a\ndata: { kind: scenes }\nexperiments:\n${experiments(3333)}`],
    ['10,000 keys', Array.from({ length: 10_000 }, (_, n) => `key${n}: 1\n`).join('')],
    ['10,000 lines of nothing', '\n'.repeat(10_000)],
    ['one line of 100,000 characters', `name: ${'x'.repeat(100_000)}`],
    ['deep braces', 'data: '.concat('{a: '.repeat(10_000))],
    ['deep brackets', '['.repeat(50_000)],
    ['deep lines', Array.from({ length: 200 }, (_, n) => `${' '.repeat(n)}a:\n`).join('')],
    ['aliases of aliases', bomb],
    ['10,000 aliases', `x: &x 1\nlist: [${'*x, '.repeat(10_000)}]\n`],
    ['an anchor that holds itself', 'data: &d\n  kind: *d\n  path: *d\n'],
    ['10,000 dashes', '- '.repeat(10_000)],
    ['random characters', randomText(new Random(1), 20_000)],
  ])('%s', (_, text) => {
    const document = open(text);
    const features = Object.values(everyFeature);
    // What hangs runs into the limit of the test. How fast it is, `bench/languageFeatures.ts` tells.
    for (const ask of features) ask(service, document, 0);
    for (const offset of [Math.floor(text.length / 2), text.length]) {
      for (const ask of features.filter(takesOffset)) ask(service, document, offset);
    }
  });
});

it('memory does not grow with the edits', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const random = new Random(7);
  const document = open('');
  const heapAfter = (count: number): number => {
    for (let edit = 0; edit < count; edit++) {
      const text = mutate(templates[edit % templates.length]!, random);
      TextDocument.update(document, [{ text }], document.version + 1);
      for (const ask of Object.values(everyFeature))
        ask(service, document, random.integer(0, text.length + 1));
    }
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = heapAfter(300);
  expect((heapAfter(cases(600, 4000)) - before) / 2 ** 20).toBeLessThan(4);
});
