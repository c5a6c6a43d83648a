/** Letters of a list in a message: the rest is for a path, and for what was expected. */
export const mostLetters = 500;

/**
 * The first of some words as a list for a message, and how many more there are: `a, b, c, and 190 more`. A single one
 * is always there, shortened where it is long.
 *
 * @param most words at most.
 */
export function someOf(words: readonly string[], most = 10): string {
  const shown: string[] = [];
  let letters = 0;
  for (const word of words.slice(0, most)) {
    letters += word.length + 2;
    if (letters > mostLetters && shown.length > 0) break;
    shown.push(shortened(word, mostLetters));
  }
  const more = words.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')}, and ${more} more`;
}

/** A text of `most` letters at most; of a longer one the beginning and the end, which often says what to do. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = ' … ';
  const end = Math.floor((most - cut.length) / 3);
  return text.slice(0, most - cut.length - end) + cut + text.slice(text.length - end);
}
