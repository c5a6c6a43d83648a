import { z } from 'zod';
import type { Normalizer } from './normalizers.ts';
import type { Piece } from './pieces.ts';
import { PrefixSearch } from './prefixSearch.ts';
import type { TokenizerModel } from './tokenizerModel.ts';
import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { unicodeClass } from './unicodeClasses.ts';

/** A token beside those of the model, which is found in a text before anything else. */
export const addedTokenSchema = z.object({
  content: z.string(),
  single_word: z.boolean(),
  lstrip: z.boolean(),
  rstrip: z.boolean(),
  normalized: z.boolean(),
  special: z.boolean(),
});
export type AddedToken = z.output<typeof addedTokenSchema>;

/** The tokens beside those of a model, and where they are in texts. */
export class AddedTokens {
  readonly #numbers = new Map<string, number>();
  readonly #tokens = new Map<number, AddedToken>();
  readonly #asWritten: Finder | null;
  readonly #asNormalized: Finder | null;

  /**
   * Their numbers are those of the model where it has them, and follow its own where not, whatever the file says.
   *
   * @throws TokenizerProblem when two are the same after normalisation, or one is empty.
   */
  constructor(tokens: readonly AddedToken[], model: TokenizerModel, normalize: Normalizer | null) {
    let next = model.size;
    for (const token of tokens) {
      if (token.content === '') continue;
      const number = this.#numbers.get(token.content) ?? model.numberOf(token.content) ?? next++;
      this.#numbers.set(token.content, number);
      this.#tokens.set(number, token);
    }
    const written = [...this.#tokens].filter(([, { normalized }]) => !normalized);
    const normalized = [...this.#tokens].filter(([, token]) => token.normalized);
    this.#asWritten = finder(written.map(([number, { content }]) => [content, number]));
    this.#asNormalized = finder(
      normalized.map(([number, { content }]) => [
        normalize === null ? content : normalize({ text: content, isFirst: true }).text,
        number,
      ]),
    );
  }

  get highest(): number {
    return [...this.#tokens.keys()].reduce((most, number) => Math.max(most, number), -1);
  }

  numberOf(token: string): number | undefined {
    return this.#numbers.get(token);
  }

  /** Finds those that are looked for in the text as it is written. */
  splitAsWritten(piece: Piece): readonly Piece[] {
    return this.#split(piece, this.#asWritten);
  }

  /** Finds those that are looked for in the normalised text. */
  splitAsNormalized(piece: Piece): readonly Piece[] {
    return this.#split(piece, this.#asNormalized);
  }

  #split(piece: Piece, find: Finder | null): readonly Piece[] {
    if (find === null) return [piece];
    const { text } = piece;
    const pieces: Piece[] = [];
    const add = (start: number, end: number, token?: number): void => {
      if (end <= start) return;
      const isFirst = piece.isFirst && start === 0;
      pieces.push({ text: text.slice(start, end), isFirst, ...(token !== undefined && { token }) });
    };
    let done = 0;
    for (const [found, foundEnd, number] of find(text)) {
      let [start, end] = [found, foundEnd];
      const token = this.#tokens.get(number)!;
      if (token.single_word && (isWordBefore(text, start) || isWordAt(text, end))) continue;
      if (token.lstrip) {
        while (start > 0 && isSpace(text.charCodeAt(start - 1))) start--;
        start = Math.max(start, done);
      }
      if (token.rstrip) while (end < text.length && isSpace(text.charCodeAt(end))) end++;
      add(done, start);
      add(start, end, number);
      done = end;
    }
    add(done, text.length);
    return pieces;
  }
}

/** All tokens in a text, from the left, the longest first, without overlap. */
type Finder = (text: string) => (readonly [start: number, end: number, token: number])[];

function finder(patterns: readonly (readonly [string, number])[]): Finder | null {
  if (patterns.length === 0) return null;
  const numbers = new Map<string, number>();
  for (const [pattern, number] of patterns) {
    if (pattern === '' || numbers.has(pattern)) {
      throw new TokenizerProblem(
        pattern === ''
          ? `added_tokens: the token ${number} is empty after normalisation`
          : `added_tokens: the tokens ${numbers.get(pattern)} and ${number} are both ${shownValue(pattern)} after normalisation`,
      );
    }
    numbers.set(pattern, number);
  }
  const search = new PrefixSearch(numbers);
  return (text) => {
    const found: [number, number, number][] = [];
    for (let start = 0; start < text.length;) {
      const longest = search.at(text, start).at(-1);
      if (longest !== undefined) found.push([start, longest.end, longest.value]);
      start = longest?.end ?? start + 1;
    }
    return found;
  };
}

function isSpace(code: number): boolean {
  return unicodeClass('space').has(code);
}

function isWordAt(text: string, at: number): boolean {
  return at < text.length && unicodeClass('word').has(text.codePointAt(at)!);
}

function isWordBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const unit = text.charCodeAt(at - 1);
  return isWordAt(text, unit >= 0xdc00 && unit <= 0xdfff ? at - 2 : at - 1);
}
