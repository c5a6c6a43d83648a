import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionsAt } from '../../server/language/completion.ts';
import { diagnosticsOf } from '../../server/language/diagnostics.ts';
import { noFacts } from '../../server/language/facts.ts';
import type { DocumentEntry, GapDocument } from '../../server/language/gapDocument.ts';
import { hoverAt } from '../../server/language/hover.ts';
import { openText } from './openText.ts';

const folder = 'media/templates';

/** Every entry of a document that has a key. */
function keysOf(document: GapDocument, entry: DocumentEntry): DocumentEntry[] {
  return document
    .entriesOf(entry)
    .flatMap((inner) => [...(inner.key === null ? [] : [inner]), ...keysOf(document, inner)]);
}

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  // A text without a cursor: `|` stands in no template.
  const { document } = openText(text);
  const keys = keysOf(document, { path: [], key: null, value: document.root });

  it('has no problems', () => {
    expect(diagnosticsOf(document, noFacts, { docsUri: null })).toEqual([]);
  });

  it('has a hover at each of its keys', () => {
    expect(keys.length).toBeGreaterThan(5);
    const silent = keys.filter(({ key }) => hoverAt(document, key!.range![0], noFacts) === null);
    expect(silent.map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('has a completion at each of its keys, and that key is in it', () => {
    const without = keys.filter(({ path, key }) => {
      const items = completionsAt(document, key!.range![1], noFacts);
      return !items.some(({ label }) => label === path.at(-1));
    });
    expect(without.map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('offers each key again once it is taken out', () => {
    for (const { path, key } of keys) {
      const [start, end] = key!.range!;
      const lineStart = text.lastIndexOf('\n', start) + 1;
      // Keys alone on a line; in braces the rest of the entry would stand in the way.
      if (text.slice(lineStart, start).trim() !== '' || !/^:\s*(?:#.*)?\n/.test(text.slice(end))) continue;
      const { document: changed, position } = openText(`${text.slice(0, start)}|${text.slice(end + 1)}`);
      const labels = completionsAt(changed, changed.offsetAt(position), noFacts).map(({ label }) => label);
      expect(labels, path.join('.')).toContain(path.at(-1));
    }
  });
});
