import { z } from 'zod';
import { byteToken } from './byteCharacters.ts';
import { component } from './component.ts';
import { PrefixSearch } from './prefixSearch.ts';
import type { TokenizerModel } from './tokenizerModel.ts';
import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';

/** How much less likely an unknown character is than the least likely token, as SentencePiece has it. */
const unknownPenalty = 10;

/** The most likely tokens, by the sum of their scores (Kudo 2018), as SentencePiece finds them. */
export const unigram = component(
  {
    vocab: z.unknown(),
    unk_id: z.int().min(0).nullish(),
    byte_fallback: z.boolean().optional().default(false),
  },
  ({ vocab, unk_id: unknown, byte_fallback: fallsBack }): TokenizerModel => {
    const entries = readScores(vocab);
    if (unknown !== null && unknown !== undefined && unknown >= entries.length) {
      throw new TokenizerProblem(`model.unk_id is ${unknown}, but model.vocab has ${entries.length} tokens`);
    }
    const numbers = new Map(entries.map(([token], number) => [token, number]));
    const scores = Float64Array.from(entries, ([, score]) => score);
    const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
    const search = new PrefixSearch(numbers);

    /** The parts of a text on the most likely way through it; unknown ones in a row are one. */
    const parts = (text: string): string[] => {
      const ways = new Ways(text.length);
      for (let start = 0; start < text.length;) {
        const size = text.codePointAt(start)! > 0xffff ? 2 : 1;
        const found = search.at(text, start);
        for (const { end, value } of found) ways.offer(start, end, value, scores[value]!);
        if (!found.some(({ end }) => end === start + size)) {
          const isBest = ways.offer(start, start + size, unknown ?? -1, unknownScore);
          if (isBest && typeof unknown !== 'number') throw missing(text.slice(start, start + size));
        }
        start += size;
      }
      const all: string[] = [];
      let run = '';
      for (let end = text.length; end > 0; end = ways.startOf(end)) {
        const part = text.slice(ways.startOf(end), end);
        if (ways.numberAt(end) === unknown) {
          run = part + run;
          continue;
        }
        if (run !== '') all.push(run);
        run = '';
        all.push(part);
      }
      if (run !== '') all.push(run);
      return all.reverse();
    };

    return {
      size: entries.length,
      highest: entries.length - 1,
      numberOf: (token) => numbers.get(token),
      tokenize: (piece) =>
        parts(piece).flatMap((part) => {
          const number = numbers.get(part);
          if (number !== undefined) return number;
          const bytes = fallsBack
            ? [...Buffer.from(part, 'utf8')].map((byte) => numbers.get(byteToken(byte)))
            : [undefined];
          if (!bytes.includes(undefined)) return bytes as number[];
          if (unknown === null || unknown === undefined) throw missing(part);
          return unknown;
        }),
    };
  },
);

function missing(part: string): TokenizerProblem {
  return new TokenizerProblem(
    `${shownValue(part)} is not in model.vocab, and there is no model.unk_id for what is not`,
  );
}

/** For each place in a text, the best way there. */
class Ways {
  readonly #scores: Float64Array;
  readonly #starts: Int32Array;
  readonly #numbers: Int32Array;

  constructor(length: number) {
    this.#scores = new Float64Array(length + 1);
    this.#starts = new Int32Array(length + 1).fill(-1);
    this.#numbers = new Int32Array(length + 1);
  }

  /** Takes a token for the way to its end where that is the first, or better than what is known; whether it did. */
  offer(start: number, end: number, number: number, score: number): boolean {
    const whole = score + this.#scores[start]!;
    if (this.#starts[end] !== -1 && !(whole > this.#scores[end]!)) return false;
    this.#scores[end] = whole;
    this.#starts[end] = start;
    this.#numbers[end] = number;
    return true;
  }

  startOf(end: number): number {
    return this.#starts[end]!;
  }

  numberAt(end: number): number {
    return this.#numbers[end]!;
  }
}

function readScores(given: unknown): readonly (readonly [string, number])[] {
  if (!Array.isArray(given)) {
    throw new TokenizerProblem(
      `model.vocab: expected a list of tokens with scores, found ${shownValue(given)}`,
    );
  }
  for (const entry of given as unknown[]) {
    if (
      !Array.isArray(entry) ||
      entry.length !== 2 ||
      typeof entry[0] !== 'string' ||
      typeof entry[1] !== 'number' ||
      !Number.isFinite(entry[1])
    ) {
      throw new TokenizerProblem(`model.vocab: expected a token and its score, found ${shownValue(entry)}`);
    }
  }
  return given as [string, number][];
}
