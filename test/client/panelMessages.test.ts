import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkPanelMessage,
  readPanelIdentity,
  safeFileName,
  urisOf,
} from '../../client/panels/panelMessages.ts';

const uri = 'file:///runs/a';
const valid: readonly (readonly [string, unknown])[] = [
  ['open', null],
  ['points', { uri, method: 'umap' }],
  ['worstPairs', { uri, modalities: ['image', 'text'], count: 20 }],
  ['preview', { uri, row: 0, modality: 'image' }],
  ['saveFile', { name: 'a.png', content: new Uint8Array(3) }],
  ['saveFile', { name: 'a.csv', content: 'x' }],
  ['openItem', { uri, row: 3, modality: 'image' }],
  ['runAgain', { uri }],
  ['showRuns', null],
];

describe('checkPanelMessage', () => {
  it.each(valid)('lets %s %o through', (method, params) => {
    expect(() => {
      checkPanelMessage(method, params);
    }).not.toThrow();
  });

  it.each([
    ['points', { uri, method: 'tsne' }],
    ['points', { uri: 3, method: 'pca' }],
    ['points', { uri: '../a', method: 'pca' }],
    ['preview', { uri, row: -1, modality: 'image' }],
    ['preview', { uri, row: 0.5, modality: 'image' }],
    ['preview', { uri, row: 0 }],
    ['preview', { uri, row: 0, modality: 'image', file: '/etc/passwd' }],
    ['worstPairs', { uri, modalities: ['image'], count: 20 }],
    ['worstPairs', { uri, modalities: ['image', 'text'], count: 1e9 }],
    ['saveFile', { name: 'a', content: { length: 3 } }],
    ['openItem', { uri: `file:${'a'.repeat(5000)}`, row: 1, modality: 'a' }],
    ['runAgain', null],
    ['open', {}],
  ])('refuses %s %o', (method, params) => {
    expect(() => {
      checkPanelMessage(method, params);
    }).toThrow(expect.objectContaining({ code: 'invalid-params' }));
  });

  it.each(['', 'deleteRun', 'constructor', '__proto__', 'toString'])('knows no method "%s"', (method) => {
    expect(() => {
      checkPanelMessage(method, null);
    }).toThrow(expect.objectContaining({ code: 'unknown-method' }));
  });

  it('refuses whatever else a page may send', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('points', 'preview', 'saveFile', 'runAgain'),
        fc.anything(),
        (method, params) => {
          expect(() => {
            checkPanelMessage(method, params);
          }).toThrow(expect.objectContaining({ code: 'invalid-params' }));
        },
      ),
    );
  });
});

describe('readPanelIdentity', () => {
  it('reads what a page kept', () => {
    const run = { view: 'run', uri } as const;
    const compare = { view: 'compare', uris: [uri, 'file:///runs/b'] } as const;
    expect(readPanelIdentity(run)).toEqual(run);
    expect(readPanelIdentity({ ...run, settings: { cosines: { scale: 'log' } } })).toEqual(run);
    expect(readPanelIdentity(compare)).toEqual(compare);
    expect(urisOf(compare)).toEqual(compare.uris);
  });

  it.each([
    undefined,
    null,
    'run',
    {},
    { view: 'run' },
    { view: 'run', uri: 'no uri' },
    { view: 'run', uri, report: {} },
    { view: 'compare', uris: [uri] },
    { view: 'compare', uris: Array.from({ length: 17 }, () => uri) },
    { view: 'other', uri },
  ])('is nothing for %o', (state) => {
    expect(readPanelIdentity(state)).toBeNull();
  });
});

describe('safeFileName', () => {
  it('keeps a name, and nothing that leads elsewhere', () => {
    expect(safeFileName('cosines.png')).toBe('cosines.png');
    expect(safeFileName('../../.bashrc')).toBe('bashrc');
    expect(safeFileName('C:\\a\\b.csv')).toBe('b.csv');
    expect(safeFileName('a\u0000b?.csv')).toBe('ab.csv');
    expect(safeFileName('..')).toBe('report');
    expect(safeFileName('')).toBe('report');
  });
});
