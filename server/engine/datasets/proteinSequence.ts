import { InputError } from '../problems.ts';

/** Where a text has a character that can be no part of a protein's sequence; −1 when it has none. */
export function firstNonResidue(text: string): number {
  return withoutStop(text).search(/[^A-Za-z\s]/);
}

/**
 * A protein's sequence in one-letter codes, upper case: without white space, and without the `*` of a stop at its end.
 * The letters are those of IUPAC, which are all 26: besides the twenty amino acids U and O, and B, J, X and Z where
 * it is not certain which one there is.
 *
 * @param name How messages call it.
 * @throws InputError `protein-invalid` when there is another character (the gap of an alignment too), or no letter.
 */
export function proteinSequence(text: string, name: string): string {
  const at = firstNonResidue(text);
  if (at >= 0) {
    throw new InputError(
      'protein-invalid',
      `${name} has ${JSON.stringify(text[at])} as character ${at + 1} of its sequence, expected letters of amino acids alone`,
    );
  }
  const sequence = withoutStop(text).replace(/\s+/g, '').toUpperCase();
  if (sequence === '') throw new InputError('protein-invalid', `${name} has an empty sequence`);
  return sequence;
}

function withoutStop(text: string): string {
  return text.trimEnd().replace(/\*$/, '');
}
