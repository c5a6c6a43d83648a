import { readComponent, type Component } from './component.ts';
import { bpe } from './bpe.ts';
import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { unigram } from './unigram.ts';
import { wordLevel } from './wordLevel.ts';
import { wordPiece } from './wordPiece.ts';
import type { TokenizerModel } from './tokenizerModel.ts';

const kinds: Readonly<Record<string, Component<TokenizerModel>>> = {
  BPE: bpe,
  WordPiece: wordPiece,
  WordLevel: wordLevel,
  Unigram: unigram,
};

/**
 * A model as `tokenizer.json` describes it. Old files leave its type out: it is the first of which the options are there.
 *
 * @throws TokenizerProblem for one that is not known, or has an option that is not.
 */
export function model(given: unknown): TokenizerModel {
  if (typeof given !== 'object' || given === null || 'type' in given) {
    return readComponent('model', kinds, given, 0);
  }
  const type =
    'merges' in given
      ? 'BPE'
      : 'max_input_chars_per_word' in given
        ? 'WordPiece'
        : 'unk_token' in given
          ? 'WordLevel'
          : Array.isArray((given as { vocab?: unknown }).vocab)
            ? 'Unigram'
            : null;
  if (type === null) {
    throw new TokenizerProblem(`model: expected a type, or the options of one, found ${shownValue(given)}`);
  }
  return readComponent('model', kinds, { ...given, type }, 0);
}
