import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textsInList } from '../../../server/engine/datasets/textList.ts';

it.each([
  [`['a cat', "it's", 'say \\'x\\'']`, ['a cat', "it's", "say 'x'"]],
  [`["a", "b\\n\\u00e9\\ud83d\\ude00"]`, ['a', 'b\né😀']],
  [`['a' 'b'\n 'c']`, ['a', 'b', 'c']],
  [`array(['a', 'b'], dtype=object)`, ['a', 'b']],
  [`('a', 'b',)`, ['a', 'b']],
  [`['a', None, nan]`, ['a']],
  ['[]', []],
  ['\\x', null],
  ['a cat', null],
  ["['a', 'b'", null],
  ["['a'] and more", null],
  ['[1, 2]', null],
  [`['\\x41\\U0001F600\\U99999999']`, ['A😀\\U99999999']],
])('%s', (text, texts) => {
  expect(textsInList(text)).toEqual(texts);
});

it('gives back what JSON writes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      expect(textsInList(JSON.stringify(texts))).toEqual(texts);
    }),
  );
});
