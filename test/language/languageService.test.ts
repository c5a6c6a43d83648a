import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { noFacts } from '../../server/language/facts.ts';
import { LanguageService } from '../../server/language/languageService.ts';
import { everyFeature } from './everyFeature.ts';
import { uri } from './openText.ts';

const service = new LanguageService(noFacts, { docsUri: null });
const open = (text: string) => TextDocument.create(uri, 'gap-yaml', 1, text);
const template = readFileSync('media/templates/clip.gap.yaml', 'utf8');

it('has a name in the tests for every question that it answers', () => {
  const methods = Object.getOwnPropertyNames(LanguageService.prototype).filter(
    (name) => name !== 'constructor',
  );
  expect(Object.keys(everyFeature)).toHaveLength(methods.length);
});

it.each(Object.entries(everyFeature))('answers %s where nothing is known', (_, ask) => {
  for (const text of ['', template]) {
    for (const offset of [0, text.length >> 1, text.length]) {
      expect(() => ask(service, open(text), offset)).not.toThrow();
    }
  }
});

it('reads a document once a version', () => {
  const document = open(template);
  const first = service.documentSymbols(document);
  TextDocument.update(document, [{ text: 'name: other\n' }], 2);
  expect(service.documentSymbols(document)).not.toEqual(first);
  expect(service.documentSymbols(document).map(({ detail }) => detail)).toEqual(['other']);
});
