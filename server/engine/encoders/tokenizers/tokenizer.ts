import { z } from 'zod';
import { AddedTokens, addedTokenSchema, type AddedToken } from './addedTokens.ts';
import { model } from './model.ts';
import { normalizer } from './normalizers.ts';
import type { Piece } from './pieces.ts';
import { postProcessor, type Sequence } from './postProcessors.ts';
import { preTokenizer } from './preTokenizers.ts';
import { describeMismatch, shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';

const fileSchema = z.object({
  version: z.literal('1.0').optional(),
  added_tokens: z.array(addedTokenSchema).optional(),
});

export type TokenizerParts = Readonly<Record<string, unknown>>;

/** Which tokens of a text that is too long stay: the first ones (`right` is cut off) or the last ones. */
export type CutSide = 'left' | 'right';

/**
 * A tokenizer as Hugging Face's `tokenizer.json` describes it: what its Rust library gives for the same file, special
 * tokens included. The file's `truncation` and `padding` are left to the caller, `decoder` is not needed.
 */
export class Tokenizer {
  readonly #added: AddedTokens;
  readonly #model;
  readonly #normalize;
  readonly #preTokenize;
  readonly #postProcess;

  /**
   * @param parts the file's content.
   * @param further tokens to add beside those of the file.
   * @throws TokenizerProblem for what is not known or does not fit together; the message names it.
   */
  constructor(parts: TokenizerParts, further: readonly AddedToken[] = []) {
    const checked = fileSchema.safeParse(parts);
    if (!checked.success) {
      throw new TokenizerProblem(describeMismatch(checked.error, parts));
    }
    const read = <Part>(name: string, make: (given: unknown) => Part): Part | null => {
      const given = parts[name];
      return given === null || given === undefined ? null : make(given);
    };
    this.#model = model(parts['model']);
    this.#normalize = read('normalizer', (given) => normalizer(given));
    this.#preTokenize = read('pre_tokenizer', (given) => preTokenizer(given));
    this.#postProcess = read('post_processor', (given) => postProcessor(given));
    this.#added = new AddedTokens(
      [...(checked.data.added_tokens ?? []), ...further],
      this.#model,
      this.#normalize,
    );
    const { tokens } = this.#process([-1]);
    if (tokens.filter((token) => token === -1).length !== 1 || tokens.length - 1 !== this.#counted) {
      throw new TokenizerProblem(
        `post_processor makes ${shownValue(tokens)} of the text -1, expected it once with ${this.#counted} tokens around it`,
      );
    }
  }

  /** The highest number of a token. */
  get highest(): number {
    return Math.max(this.#model.highest, this.#added.highest);
  }

  numberOf(token: string): number | undefined {
    return this.#added.numberOf(token) ?? this.#model.numberOf(token);
  }

  /** The special tokens before and after those of any text. */
  get around(): { readonly prefix: readonly number[]; readonly suffix: readonly number[] } {
    const { tokens } = this.#process([-1]);
    const at = tokens.indexOf(-1);
    return { prefix: tokens.slice(0, at), suffix: tokens.slice(at + 1) };
  }

  /**
   * The tokens of a text with the special ones around it, and their types.
   *
   * @param limit the most tokens that there may be; special ones are never cut.
   * @throws TokenizerProblem when the text has what the model has no token for.
   */
  encode(text: string, limit: number, cut: CutSide): Sequence & { readonly isCut: boolean } {
    const tokens = this.#tokens(text);
    const room = Math.max(0, limit - this.#counted);
    const isCut = tokens.length > room;
    const kept = !isCut
      ? tokens
      : cut === 'right'
        ? tokens.slice(0, room)
        : tokens.slice(tokens.length - room);
    return { ...this.#process(kept), isCut };
  }

  get #counted(): number {
    return this.#postProcess?.added ?? 0;
  }

  #process(tokens: readonly number[]): Sequence {
    const bare = { tokens, types: tokens.map(() => 0) };
    const parts = this.#postProcess?.process([bare]) ?? [bare];
    return { tokens: parts.flatMap((part) => part.tokens), types: parts.flatMap((part) => part.types) };
  }

  #tokens(text: string): number[] {
    // Half a character, which JavaScript's texts can hold, is none.
    const whole: Piece = { text: text.replace(/\p{Surrogate}/gu, '\ufffd'), isFirst: true };
    const tokens: number[] = [];
    for (const piece of this.#added.splitAsWritten(whole)) {
      const normalized = piece.token === undefined ? { ...piece, ...this.#normalize?.(piece) } : piece;
      for (const part of normalized.token === undefined
        ? this.#added.splitAsNormalized(normalized)
        : [normalized]) {
        if (part.token !== undefined) {
          tokens.push(part.token);
          continue;
        }
        for (const word of part.text === '' ? [] : (this.#preTokenize?.(part) ?? [part])) {
          if (word.text === '') continue;
          for (const token of this.#model.tokenize(word.text)) tokens.push(token);
        }
      }
    }
    return tokens;
  }
}
