import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { readYaml } from '../../server/config/yamlSource.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import { fixAllKind } from '../../server/language/codeActions.ts';
import { noFacts } from '../../server/language/facts.ts';
import { LanguageService } from '../../server/language/languageService.ts';
import { edited, uri } from './openText.ts';

const folder = 'media/templates';
const templates = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const service = new LanguageService(noFacts, { docsUri: null });
const open = (text: string) => TextDocument.create(uri, 'gap-yaml', 1, text);

/** Asks for everything at an offset, and gives the texts that the offered edits would make. */
function askAll(text: string, offset: number): string[] {
  const document = open(text);
  const position = document.positionAt(offset);
  const range = { start: position, end: position };
  const whole = { start: { line: 0, character: 0 }, end: document.positionAt(text.length) };
  service.diagnostics(document);
  service.completions(document, position);
  service.hover(document, position);
  service.codeLenses(document);
  service.inlayHints(document, whole);
  service.documentSymbols(document);
  service.foldingRanges(document);
  service.selectionRanges(document, [position]);
  service.documentLinks(document);
  service.definition(document, position);
  service.references(document, position, { includeDeclaration: true });
  service.highlights(document, position);
  service.prepareRename(document, position);
  service.workspaceSymbols([document], 'a');
  const actions = [
    ...service.codeActions(document, whole, { diagnostics: [] }),
    ...service.codeActions(document, range, { diagnostics: [], only: [fixAllKind] }),
  ];
  const renamed = service.rename(document, position, 'other');
  const changes = [
    ...actions.map(({ edit }) => edit),
    'result' in renamed ? renamed.result : undefined,
    { changes: { [uri]: service.formatting(document) } },
  ];
  return changes.map((change) => edited(text, change?.changes?.[uri] ?? []));
}

const pieces = [
  'a',
  ':',
  ' ',
  '\n',
  '  ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '&b',
  '*b',
  '|',
  '>',
  ',',
  '\t',
  '\r\n',
  '\u2028',
  '?',
  'kind: ',
  'é',
  '\0',
  '%',
  '!!x ',
  '---\n',
];

function disturbed(text: string, random: Random): { text: string; offset: number } {
  let result = text;
  let offset = 0;
  for (let count = 1 + random.integer(0, 3); count > 0; count--) {
    offset = random.integer(0, result.length + 1);
    const removed = random.integer(0, 3) === 0 ? random.integer(0, 30) : 0;
    const piece = random.integer(0, 4) === 0 ? '' : pieces[random.integer(0, pieces.length)]!;
    result = result.slice(0, offset) + piece + result.slice(offset + removed);
  }
  return { text: result, offset };
}

describe('LanguageService', () => {
  it('answers everything about broken texts, and what it changes is no worse than before', () => {
    const random = new Random(5).stream('edits');
    let changed = 0;
    for (let count = 0; count < 400; count++) {
      const { text, offset } = disturbed(templates[random.integer(0, templates.length)]!, random);
      const before = readYaml(text).problems.length;
      for (const after of askAll(text, Math.min(offset, text.length))) {
        if (after === text) continue;
        changed += 1;
        expect(readYaml(after).problems.length, `${text}\n→\n${after}`).toBeLessThanOrEqual(before);
      }
    }
    expect(changed).toBeGreaterThan(200);
  });

  it('answers about long, deep and exploding texts', () => {
    const long = `${templates[0]!}${Array.from({ length: 3000 }, (_, line) => `key${line}: { a: [1, 2] } # ${line}\n`).join('')}`;
    const bomb = `a: &a [x, x, x, x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]!}`).join(', ')}]`).join('\n')}\n`;
    const loop = 'a: &a\n  b: *a\nexperiments: &e\n  - *e\n';
    for (const text of ['[', '['.repeat(5000), '- '.repeat(5000), bomb, loop, long]) {
      expect(() => askAll(text, text.length >> 1)).not.toThrow();
    }
  });

  it('reads a document once a version', () => {
    const document = open(templates[0]!);
    const first = service.documentSymbols(document);
    TextDocument.update(document, [{ text: 'name: other\n' }], 2);
    expect(service.documentSymbols(document)).not.toEqual(first);
    expect(service.documentSymbols(document).map(({ detail }) => detail)).toEqual(['other']);
  });
});
