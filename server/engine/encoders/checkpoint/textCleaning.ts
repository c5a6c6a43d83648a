import type { CheckpointTokenizer } from './checkpointTokenizer.ts';

/** What is done to a text before it is cut into tokens. */
export interface TextCleaning {
  /** Part of fingerprints. */
  readonly name: string;
  readonly clean: (text: string) => string;
}

/** ASCII punctuation, Python's `string.punctuation`. */
export const punctuation = /[!-/:-@[-`{-~]/g;
/** What Python takes for white space, which has four control characters and NEL more than JavaScript, and no BOM. */
const pythonSpace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const spaces = new RegExp(`${pythonSpace}+`, 'g');
const spacesAtEnds = new RegExp(`^${pythonSpace}+|${pythonSpace}+$`, 'g');

/** Every run of white space a single space, none at the ends. */
export function collapsedSpaces(text: string): string {
  return withoutSpacesAtEnds(text.replace(spaces, ' '));
}

/** What Python's `strip` leaves of a text. */
export function withoutSpacesAtEnds(text: string): string {
  return text.replace(spacesAtEnds, '');
}

/**
 * Letter by letter, as Rust's normaliser and Hugging Face's slow tokenizers do it: a sigma at the end of a word becomes
 * the same as within.
 */
function lowerCase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join('');
}

/** What SigLIP 2 was trained with: lower case (`Siglip2Tokenizer` of transformers 5). */
export const lowerCased: TextCleaning = { name: 'lower-case', clean: lowerCase };

/** What SigLIP was trained with: no punctuation, single spaces (`canonicalize_text` of transformers' `SiglipTokenizer`). */
export const canonicalised: TextCleaning = {
  name: 'canonical',
  clean: (text) => collapsedSpaces(text.replace(punctuation, '')),
};

/** The same in lower case, as SigLIP's tokenizer is set up unless its files say otherwise. */
export const canonicalisedLowerCase: TextCleaning = {
  name: 'canonical lower-case',
  clean: (text) => canonicalised.clean(lowerCase(text)),
};

/** A tokenizer whose texts are cleaned first. */
export function cleanedTexts(
  tokenizer: CheckpointTokenizer,
  { name, clean }: TextCleaning,
): CheckpointTokenizer {
  return {
    ...tokenizer,
    source: JSON.stringify([name, tokenizer.source]),
    tokens: (text) => tokenizer.tokens(clean(text)),
  };
}
