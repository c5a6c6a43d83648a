import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { GapDocuments } from '../../server/language/gapDocument.ts';
import { openText } from './openText.ts';

describe('GapDocument', () => {
  it.each([
    ['a key', 'da|ta:\n  kind: npy\n', ['data'], 'key'],
    ['a value', 'data:\n  kind: n|py\n', ['data', 'kind'], 'value'],
    ['an entry of a list in brackets', 'a: [b, c|]', ['a', 1], 'value'],
    ['a value in braces that are open', 'a: { b: c|', ['a', 'b'], 'value'],
    ['an alias', 'a: &x { b: 1 }\nc: *|x\n', ['c'], 'value'],
  ])('finds %s', (_, marked, path, part) => {
    const { document, position } = openText(marked);
    expect(document.placeAt(document.offsetAt(position))).toMatchObject({ path, part });
  });

  it('finds the mapping around a comment, and nothing in an empty document', () => {
    const { document, position } = openText('a: b # c|\n');
    expect(document.placeAt(document.offsetAt(position))).toMatchObject({ path: [], part: 'value' });
    expect(openText('# c\n').document.placeAt(1)).toBeUndefined();
  });

  it('goes through aliases, and ends where an anchor holds itself', () => {
    const { document } = openText('a: &x { b: 1, self: *x }\nc: *x\n');
    expect(document.entryAt(['c', 'b'])?.value?.toJSON()).toBe(1);
    expect(document.entryAt(['c', 'self', 'self', 'b'])?.value?.toJSON()).toBe(1);
    const { a, c } = document.value as { a: { self: unknown }; c: unknown };
    expect(a.self).toBe(a);
    expect(c).toBe(a);
  });

  it('has a value in spite of errors', () => {
    expect(openText('a: [1\nb: { c: 2\n').document.value).toMatchObject({ a: [1], b: { c: 2 } });
  });

  it('is read once a version', () => {
    const documents = new GapDocuments();
    const open = TextDocument.create('file:///a.gap.yaml', 'gap-yaml', 1, 'a: 1\n');
    const first = documents.get(open);
    expect(documents.get(open)).toBe(first);
    TextDocument.update(open, [{ text: 'a: 2\n' }], 2);
    expect(documents.get(open).value).toEqual({ a: 2 });
    expect(first.text).toBe('a: 1\n');
  });
});
