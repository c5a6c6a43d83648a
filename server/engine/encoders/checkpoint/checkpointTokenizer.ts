import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../problems.ts';
import { Tokenizer, type CutSide, type TokenizerParts } from '../tokenizers/tokenizer.ts';
import { TokenizerProblem } from '../tokenizers/tokenizerProblem.ts';
import { tokenizerConversion } from '../weightsConversion.ts';
import { isCheckpointFile, readCheckpointJson } from './checkpointFile.ts';
import { paddedLength, type Padding } from './padding.ts';
import {
  furtherTokens,
  padToken,
  readTokenizerSettings,
  withSettings,
  type TokenizerSettings,
} from './tokenizerSettings.ts';

const direction = z.enum(['Left', 'Right']);
const tokenizerSchema = z.looseObject({
  model: z.unknown(),
  padding: z
    .looseObject({
      pad_id: z.int().min(0),
      pad_token: z.string().optional(),
      pad_type_id: z.int().min(0).optional(),
      direction: direction.optional(),
    })
    .nullish(),
  truncation: z.looseObject({ max_length: z.int().min(1), direction: direction.optional() }).nullish(),
});

/** Tokens of one text, with what Hugging Face's models take beside them; all of one length. */
export interface Tokens {
  readonly ids: Int32Array;
  /** 1 for tokens of the text, 0 for padding. */
  readonly attentionMask: Int32Array;
  /** What some models are told of each token: 0, unless the tokenizer puts other tokens around texts. */
  readonly types: Int32Array;
  /** Whether the text was longer than the model takes. */
  readonly isTruncated: boolean;
}

/** A learned vocabulary. */
export interface CheckpointTokenizer {
  /** What determines the tokens: the files' texts, the length and the padding. */
  readonly source: string;
  /** The kind of the vocabulary, as `BPE` or `Unigram`; empty where a file does not say it. */
  readonly model: string;
  /** Tokens that a text has at most. */
  readonly limit: number;
  /** The tokens that every text starts and ends with. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** Tokens of a text. One that is too long loses its last tokens before those that every text ends with. */
  tokens(text: string): Tokens;
}

export interface TokenizerOptions {
  /** Tokens that the model takes at most; null for what the files say. */
  readonly length: number | null;
  /** What holds where they say nothing; 512 unless given. */
  readonly usualLength?: number;
  readonly padding: Padding;
  /** Number of different tokens that the model knows; null where that is not known. */
  readonly vocabulary: number | null;
}

const defaultLength = 512;
/** Files say 10³⁰ for "no limit". */
const longestLength = 2 ** 20;

/**
 * Reads the `tokenizer.json` of a folder, and its `tokenizer_config.json` if it has one. Where both say something, the
 * latter holds, as in transformers' `AutoTokenizer`:
 *
 * - The length is that of the caller, then `model_max_length`, then that of `truncation`. Its `stride` and `strategy`
 *   are for texts that go on in a second row, or are two; here a text is one row.
 * - The side that is cut is `truncation_side`, then the `direction` of `truncation`, then the right one.
 * - Whether and how far texts are padded is the caller's to say: what a file has in `padding` is for batches. What they
 *   are padded with is `pad_token`, then that of `padding`; and so is the side, where all texts get one length. Texts of
 *   different lengths are padded on the right, where padding moves no token.
 *
 * @throws InputError as `readCheckpointJson`; `checkpoint-tokenizer` when it cannot be used, or knows tokens that the
 * model does not. `tokens` throws it for a text that has what the vocabulary does not, and nothing for what is unknown.
 */
export async function readTokenizer(
  folder: string,
  { length, usualLength = defaultLength, padding, vocabulary }: TokenizerOptions,
): Promise<CheckpointTokenizer> {
  await expectNoOtherTokenizer(folder);
  const { file, text, content } = await readCheckpointJson(folder, 'tokenizer.json', tokenizerSchema);
  const read = await readTokenizerSettings(folder);
  const settings = read?.content ?? {};
  const problem = (message: string): InputError =>
    new InputError('checkpoint-tokenizer', `${file}: ${message}`, { file });
  const asInputError = <Result>(work: () => Result, of = ''): Result => {
    try {
      return work();
    } catch (error) {
      if (error instanceof TokenizerProblem) throw problem(`${of}${error.message}`);
      throw error;
    }
  };
  const tokenizer = asInputError(
    () => new Tokenizer(withSettings(content, settings), furtherTokens(settings)),
    'it is no tokenizer that can be read: ',
  );
  if (vocabulary !== null && tokenizer.highest >= vocabulary) {
    throw problem(
      `it has the token ${tokenizer.highest}, but the network knows ${vocabulary}, numbered from 0`,
    );
  }
  const { prefix, suffix } = tokenizer.around;
  const limit = length ?? fileLength(content, settings) ?? usualLength;
  if (limit <= prefix.length + suffix.length) {
    throw problem(
      `${limit} tokens leave no room for a text between the ${prefix.length + suffix.length} that every text has`,
    );
  }
  const { filler, fillerType, isPaddedLeft } = paddingOf(tokenizer, content, settings);
  const cut = settings.truncation_side ?? sideOf(content.truncation?.direction) ?? 'right';
  return {
    source: JSON.stringify([text, read?.text ?? null, limit, padding]),
    model: modelType(content),
    limit,
    prefix,
    suffix,
    tokens(given) {
      const { tokens, types, isCut } = asInputError(() => tokenizer.encode(given, limit, cut));
      const padded = paddedLength(tokens.length, limit, padding);
      const start = isPaddedLeft && padding === 'full' ? padded - tokens.length : 0;
      const ids = new Int32Array(padded).fill(filler ?? suffix.at(-1) ?? 0);
      ids.set(tokens, start);
      const allTypes = new Int32Array(padded).fill(fillerType);
      allTypes.set(types, start);
      return {
        ids,
        types: allTypes,
        attentionMask: new Int32Array(padded).fill(1, start, start + tokens.length),
        isTruncated: isCut,
      };
    },
  };
}

/** What tokenizers are made of that transformers does not take from `tokenizer.json`. */
const otherTokenizers = [
  ['vocab.json', 'merges.txt'],
  ['vocab.txt'],
  ['spiece.model'],
  ['sentencepiece.bpe.model'],
  ['tokenizer.model'],
] as const;

/** @throws InputError `checkpoint-file` where the tokenizer is there in another format alone, with what converts it. */
async function expectNoOtherTokenizer(folder: string): Promise<void> {
  if (await isCheckpointFile(folder, 'tokenizer.json')) return;
  for (const names of otherTokenizers) {
    const isThere = await Promise.all(names.map((name) => isCheckpointFile(folder, name)));
    if (!isThere.every(Boolean)) continue;
    const file = join(folder, 'tokenizer.json');
    throw new InputError(
      'checkpoint-file',
      `${file} is not there, which says how texts become tokens; found ${names.join(' and ')}, of which Python makes it: \`${tokenizerConversion(folder)}\``,
      { file },
    );
  }
}

function fileLength(
  { truncation }: z.output<typeof tokenizerSchema>,
  { model_max_length: said }: TokenizerSettings,
): number | undefined {
  if (said !== null && said !== undefined && said <= longestLength) return Math.floor(said);
  return truncation?.max_length;
}

function paddingOf(
  tokenizer: Tokenizer,
  { padding }: z.output<typeof tokenizerSchema>,
  settings: TokenizerSettings,
): { filler: number | undefined; fillerType: number; isPaddedLeft: boolean } {
  const named = [padToken(settings), padding?.pad_token]
    .filter((token) => typeof token === 'string')
    .map((token) => tokenizer.numberOf(token));
  return {
    filler: named.find((number) => number !== undefined) ?? padding?.pad_id,
    fillerType: settings.pad_token_type_id ?? padding?.pad_type_id ?? 0,
    isPaddedLeft: (settings.padding_side ?? sideOf(padding?.direction)) === 'left',
  };
}

function sideOf(given: z.output<typeof direction> | undefined): CutSide | undefined {
  return given === undefined ? undefined : given === 'Left' ? 'left' : 'right';
}

/** The kind of the vocabulary, which old files leave out. */
function modelType({ model }: TokenizerParts): string {
  const type = typeof model === 'object' && model !== null ? (model as { type?: unknown }).type : undefined;
  return typeof type === 'string' ? type : '';
}
