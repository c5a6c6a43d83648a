import { describe, expect, it } from 'vitest';
import { readYaml } from '../../server/config/yamlSource.ts';

/** Nine levels of ten aliases each: a thousand million values. */
const explosion = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, level) => {
    const aliases = Array.from({ length: 10 }, () => `*a${level}`).join(', ');
    return `a${level + 1}: &a${level + 1} [${aliases}]`;
  }),
].join('\n');

describe('readYaml', () => {
  it.each([
    ['nothing', '', 'empty-document', 1, 1],
    ['comments only', '# nothing\n', 'empty-document', 1, 1],
    ['an open bracket', 'name: [a\ndata: x\n', 'yaml-syntax', 2, 1],
    ['a tab as indentation', 'data:\n\tkind: npy\n', 'yaml-tab', 2, 1],
    ['a key twice', 'name: a\nseed: 1\nname: b\n', 'duplicate-key', 3, 1],
    ['two documents', 'name: a\n---\nname: b\n', 'multiple-documents', 2, 1],
    ['an unknown anchor', 'name: a\ndata: *missing\n', 'yaml-unknown-anchor', 2, 7],
    ['anchors that explode', explosion, 'yaml-too-many-aliases', 2, 10],
    ['a list as a key', '? [a, b]\n: c\n', 'yaml-key-not-text', 1, 3],
    ['very deep nesting', '['.repeat(200_000), 'yaml-too-deep', 1, 1],
  ])('%s', (_, text, code, line, column) => {
    const { value, problems } = readYaml(text);
    expect(value).toBeUndefined();
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    expect(problem?.code).toBe(code);
    expect(problem?.range.start).toEqual({ line, column });
  });

  it('finds keys and values, also through lists and aliases', () => {
    const { value, locate } = readYaml('a: &x\n  b: 1\nlist:\n  - *x\n  - c: two\n');
    expect(value).toEqual({ a: { b: 1 }, list: [{ b: 1 }, { c: 'two' }] });
    expect(locate(['a', 'b'], 'key').start).toEqual({ line: 2, column: 3 });
    expect(locate(['a', 'b'], 'value').start).toEqual({ line: 2, column: 6 });
    expect(locate(['list', 0, 'b'], 'value').start).toEqual({ line: 2, column: 6 });
    expect(locate(['list', 1, 'c'], 'value')).toEqual({
      start: { line: 5, column: 8 },
      end: { line: 5, column: 11 },
    });
  });

  it('points at the nearest parent of what is not written', () => {
    const { locate } = readYaml('name: a\ndata:\n  kind: npy\n');
    expect(locate(['data', 'path'], 'value').start).toEqual({ line: 2, column: 1 });
    expect(locate(['experiments', 0, 'kind'], 'value').start).toEqual({ line: 1, column: 1 });
  });
});
