import { describe, expect, it } from 'vitest';
import type { DocumentSymbol, SelectionRange } from 'vscode-languageserver-types';
import { documentSymbols } from '../../server/language/documentSymbols.ts';
import { foldingRanges } from '../../server/language/folding.ts';
import { selectionRanges } from '../../server/language/selectionRanges.ts';
import { workspaceSymbols } from '../../server/language/workspaceSymbols.ts';
import { openText } from './openText.ts';

const text = `# What this is.
# And why.
name: a
data:
  kind: npy
  path:
    image: a.npy

# region how
encoders: {}
experiments:
  - kind: modality-gap
    metrics:
      - mean-cosine
      - kind: contrastive-loss
  - name: second
    kind: loss-landscape
# endregion
`;

describe('documentSymbols', () => {
  const outline = (symbols: readonly DocumentSymbol[], depth = 0): string[] =>
    symbols.flatMap(({ name, detail, children }) => [
      `${'  '.repeat(depth)}${name}${detail === undefined ? '' : ` (${detail})`}`,
      ...outline(children ?? [], depth + 1),
    ]);

  it('outlines keys and entries by their names and kinds', () => {
    expect(outline(documentSymbols(openText(text).document))).toEqual([
      'name (a)',
      'data (npy)',
      '  kind (npy)',
      '  path',
      '    image (a.npy)',
      'encoders',
      'experiments',
      '  modality-gap',
      '    kind (modality-gap)',
      '    metrics',
      '      mean-cosine',
      '      contrastive-loss',
      '        kind (contrastive-loss)',
      '  second (loss-landscape)',
      '    name (second)',
      '    kind (loss-landscape)',
    ]);
  });

  it('never gives an empty name, nor a selection outside of its range', () => {
    const check = ({ name, range, selectionRange, children }: DocumentSymbol): void => {
      expect(name).not.toBe('');
      expect(range.start.line <= selectionRange.start.line && selectionRange.end.line <= range.end.line).toBe(
        true,
      );
      children?.forEach(check);
    };
    const { document } = openText('"": 1\na:\n  - ""\n  - \n  - [ , x]\n? b\n: c\n*x : y\n');
    const symbols = documentSymbols(document);
    expect(symbols.length).toBeGreaterThan(1);
    symbols.forEach(check);
  });
});

describe('foldingRanges', () => {
  it('folds entries, comments and regions over several lines', () => {
    const folds = foldingRanges(openText(text).document).map(({ startLine, endLine, kind }) => [
      startLine + 1,
      endLine + 1,
      kind ?? 'entry',
    ]);
    expect(folds).toEqual([
      [1, 2, 'comment'],
      [4, 7, 'entry'],
      [6, 7, 'entry'],
      [9, 18, 'region'],
      [11, 17, 'entry'],
      [12, 15, 'entry'],
      [13, 15, 'entry'],
      [16, 17, 'entry'],
    ]);
  });
});

describe('selectionRanges', () => {
  function grown(marked: string): string[] {
    const { document, position, text } = openText(marked);
    const found: string[] = [];
    let selection: SelectionRange | undefined = selectionRanges(document, [position])[0];
    for (; selection !== undefined; selection = selection.parent) {
      const { start, end } = selection.range;
      found.push(text.slice(document.offsetAt(start), document.offsetAt(end)));
    }
    return found;
  }

  it('grows from a value over its entry to the file', () => {
    expect(grown('a:\n  b: on|e # why\n  c: 2\nd: 3\n')).toEqual([
      'one',
      'b: one',
      'b: one # why\n  c: 2',
      'a:\n  b: one # why\n  c: 2',
      'a:\n  b: one # why\n  c: 2\nd: 3\n',
    ]);
  });

  it('grows from a key, within braces, and from a comment', () => {
    expect(grown('a: { b|c: 1, d: 2 }')).toEqual(['bc', 'bc: 1', '{ bc: 1, d: 2 }', 'a: { bc: 1, d: 2 }']);
    expect(grown('# a|\n')).toEqual(['# a\n']);
  });
});

describe('workspaceSymbols', () => {
  it('finds measurements, experiments and modalities by letters in their order', () => {
    const { document } = openText(text);
    const found = (query: string) => workspaceSymbols([document], query).map(({ name }) => name);
    expect(found('')).toEqual(['a', 'modality-gap', 'second']);
    expect(found('mdgp')).toEqual(['modality-gap']);
    expect(found('SEC')).toEqual(['second']);
    expect(found('zz')).toEqual([]);
  });
});
