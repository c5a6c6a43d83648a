import { z } from 'zod';
import { byteToken } from './byteCharacters.ts';
import { component } from './component.ts';
import { Heap } from './heap.ts';
import type { TokenizerModel } from './tokenizerModel.ts';
import { shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { highestOf, readVocabulary } from './vocabulary.ts';

interface Merge {
  readonly rank: number;
  readonly merged: number;
}

interface Part {
  token: number;
  previous: number;
  next: number;
  isGone: boolean;
}

interface Candidate {
  readonly at: number;
  readonly rank: number;
  readonly merged: number;
}

/** Words that are kept with their tokens, as the reference does. */
const cachedWords = 10_000;
const longestCachedWord = 256;

/** Byte-pair encoding (Sennrich et al. 2016): neighbours are merged in the order in which the merges were learned. */
export const bpe = component(
  {
    vocab: z.unknown(),
    merges: z.unknown(),
    dropout: z.number().nullish(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
    fuse_unk: z.boolean().nullish(),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
  },
  (options): TokenizerModel => {
    if (options.dropout) {
      throw new TokenizerProblem(
        `model.dropout is ${options.dropout}: the tokens of a text would be drawn at random; set it to null`,
      );
    }
    const vocabulary = readVocabulary(options.vocab);
    const prefix = options.continuing_subword_prefix ?? '';
    const suffix = options.end_of_word_suffix ?? '';
    const merges = readMerges(options.merges, vocabulary, prefix);
    const cache = new Map<string, readonly number[]>();

    const unknownNumber = (character: string): number => {
      const number = vocabulary.get(options.unk_token!);
      if (number !== undefined) return number;
      throw new TokenizerProblem(
        `the character ${shownValue(character)} is not in model.vocab, nor is the token ${shownValue(options.unk_token)} for it`,
      );
    };

    const characterTokens = (word: string): number[] => {
      const tokens: number[] = [];
      // An unknown character waits for those that follow it, with which it may be one token.
      let waiting: number | null = null;
      const characters = Array.from(word);
      for (const [at, character] of characters.entries()) {
        const part = `${at > 0 ? prefix : ''}${character}${at === characters.length - 1 ? suffix : ''}`;
        const number = vocabulary.get(part);
        if (number !== undefined) {
          if (waiting !== null) tokens.push(waiting);
          waiting = null;
          tokens.push(number);
          continue;
        }
        const bytes = options.byte_fallback
          ? [...Buffer.from(part, 'utf8')].map((byte) => vocabulary.get(byteToken(byte)))
          : [undefined];
        if (!bytes.includes(undefined)) {
          tokens.push(...(bytes as number[]));
        } else if (options.unk_token !== null && options.unk_token !== undefined) {
          if (waiting !== null && !options.fuse_unk) tokens.push(waiting);
          waiting = waiting !== null && options.fuse_unk ? waiting : unknownNumber(character);
        }
      }
      if (waiting !== null) tokens.push(waiting);
      return tokens;
    };

    return {
      size: vocabulary.size,
      highest: highestOf(vocabulary),
      numberOf: (token) => vocabulary.get(token),
      tokenize(piece) {
        const whole = options.ignore_merges ? vocabulary.get(piece) : undefined;
        if (whole !== undefined) return [whole];
        const known = cache.get(piece);
        if (known !== undefined) return known;
        const tokens = mergeAll(characterTokens(piece), merges);
        if (piece.length < longestCachedWord && cache.size < cachedWords) cache.set(piece, tokens);
        return tokens;
      },
    };
  },
);

/** Merges by the first token and the second; a pair that is there twice has the last of its places. */
type Merges = ReadonlyMap<number, ReadonlyMap<number, Merge>>;

function readMerges(given: unknown, vocabulary: ReadonlyMap<string, number>, prefix: string): Merges {
  if (!Array.isArray(given)) {
    throw new TokenizerProblem(`model.merges: expected a list, found ${shownValue(given)}`);
  }
  const merges = new Map<number, Map<number, Merge>>();
  const numberOf = (token: string, merge: unknown): number => {
    const number = vocabulary.get(token);
    if (number === undefined) {
      throw new TokenizerProblem(
        `model.merges has ${shownValue(merge)}, but model.vocab lacks the token ${shownValue(token)}`,
      );
    }
    return number;
  };
  let rank = 0;
  for (const merge of given as unknown[]) {
    if (typeof merge === 'string' && merge.startsWith('#version')) continue;
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((part) => typeof part === 'string')) {
      throw new TokenizerProblem(
        `model.merges: expected pairs of tokens, or two tokens with a space between, found ${shownValue(merge)}`,
      );
    }
    const [first, second] = pair as [string, string];
    const merged = { rank: rank++, merged: numberOf(first + withoutPrefix(second, prefix), merge) };
    const row = merges.get(numberOf(first, merge)) ?? new Map<number, Merge>();
    row.set(numberOf(second, merge), merged);
    merges.set(numberOf(first, merge), row);
  }
  return merges;
}

/** The reference cuts off as many bytes as the prefix has, whatever they are. */
function withoutPrefix(token: string, prefix: string): string {
  if (prefix === '' || token.startsWith(prefix)) return token.slice(prefix.length);
  return Buffer.from(token, 'utf8').subarray(Buffer.byteLength(prefix, 'utf8')).toString('utf8');
}

function mergeAll(tokens: readonly number[], merges: Merges): readonly number[] {
  const symbols: Part[] = tokens.map((token, at) => ({
    token,
    previous: at - 1,
    next: at + 1 < tokens.length ? at + 1 : -1,
    isGone: false,
  }));
  const queue = new Heap<Candidate>((a, b) => a.rank - b.rank || a.at - b.at);
  const offer = (at: number): void => {
    const { token, next } = symbols[at]!;
    const merge = next === -1 ? undefined : merges.get(token)?.get(symbols[next]!.token);
    if (merge !== undefined) queue.push({ at, ...merge });
  };
  for (let at = 0; at + 1 < symbols.length; at++) offer(at);
  for (let top = queue.pop(); top !== undefined; top = queue.pop()) {
    const left = symbols[top.at]!;
    if (left.isGone || left.next === -1) continue;
    const right = symbols[left.next]!;
    // Other merges may have changed the pair since it was offered.
    if (merges.get(left.token)?.get(right.token)?.merged !== top.merged) continue;
    left.token = top.merged;
    right.isGone = true;
    left.next = right.next;
    if (right.next !== -1) symbols[right.next]!.previous = top.at;
    if (left.previous !== -1) offer(left.previous);
    offer(top.at);
  }
  return symbols.filter(({ isGone }) => !isGone).map(({ token }) => token);
}
