import { decodeHTML } from 'entities/decode';

const terminalEscapes = /\u001b\[[\d;]*[a-zA-Z]/g;
const controls = /[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;
const singleQuotes = /[\u02bc\u2018-\u201b]/g;
const doubleQuotes = /[\u201c-\u201f]/g;
const lineBreaks = /\r\n|[\r\u2028\u2029\u0085]/g;
const wide = /[\uff01-\uffef]/g;
/** Pairs of letters that are one character, and what they are apart. */
const ligatures: Readonly<Record<string, string>> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};
const ligature = new RegExp(`[${Object.keys(ligatures).join('')}]`, 'g');

/**
 * A text as the Python package ftfy gives it (`fix_text`, version 6), which open_clip has its texts go through: straight
 * quotes, letters of usual width, no ligatures, no control characters, in Unicode's NFC. Text that was decoded by a wrong
 * encoding, which ftfy guesses right again, is left as it is.
 */
export function mendedText(text: string): string {
  return (text.includes('<') ? text : decodeHTML(text))
    .replace(terminalEscapes, '')
    .replace(ligature, (letters) => ligatures[letters]!)
    .replace(/\u3000/g, ' ')
    .replace(wide, (letter) => letter.normalize('NFKC'))
    .replace(singleQuotes, "'")
    .replace(doubleQuotes, '"')
    .replace(lineBreaks, '\n')
    .replace(controls, '')
    .normalize('NFC');
}
