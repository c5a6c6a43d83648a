import { decodeHTML } from 'entities/decode';
import { collapsedSpaces, punctuation, type TextCleaning } from '../checkpoint/textCleaning.ts';
import { mendedText } from './mendedText.ts';

/** Names of open_clip's ways to clean texts (src/open_clip/tokenizer.py, `get_clean_fn`). */
export const openClipCleanings = ['lower', 'whitespace', 'canonicalize', 'whitespace_underscore'] as const;

const ways: Readonly<Record<(typeof openClipCleanings)[number], (text: string) => string>> = {
  lower: (text) => collapsedSpaces(text).toLowerCase(),
  whitespace: collapsedSpaces,
  canonicalize: (text) => collapsedSpaces(text.replaceAll('_', ' ').replace(punctuation, '').toLowerCase()),
  whitespace_underscore: (text) => collapsedSpaces(text.replaceAll('_', ' ')),
};

/** A way by its name. Before, texts are mended, and HTML's entities, twice, become what they stand for. */
export function openClipCleaning(name: (typeof openClipCleanings)[number]): TextCleaning {
  return {
    name: `open_clip ${name}`,
    clean: (text) => ways[name](decodeHTML(decodeHTML(mendedText(text)))),
  };
}
