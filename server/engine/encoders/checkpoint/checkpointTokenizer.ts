import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InputError } from '../../problems.ts';
import { isCheckpointFile, readCheckpointJson } from './checkpointFile.ts';
import { paddedLength, type Padding } from './padding.ts';

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ type: z.string().nullish() }),
  padding: z.looseObject({ pad_id: z.int().min(0) }).nullish(),
  truncation: z.looseObject({ max_length: z.int().min(1) }).nullish(),
});
const settingsSchema = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
  model_max_length: z.number().positive().nullish(),
});

/** Tokens of one text, with what Hugging Face's models take beside them; all of one length. */
export interface Tokens {
  readonly ids: Int32Array;
  /** 1 for tokens of the text, 0 for padding. */
  readonly attentionMask: Int32Array;
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
 * Reads the `tokenizer.json` of a folder, and its `tokenizer_config.json` if it has one.
 *
 * @throws InputError as `readCheckpointJson`; `checkpoint-tokenizer` when it cannot be used, or knows tokens that the
 * model does not.
 */
export async function readTokenizer(
  folder: string,
  { length, usualLength = defaultLength, padding, vocabulary }: TokenizerOptions,
): Promise<CheckpointTokenizer> {
  const { file, text, content } = await readCheckpointJson(folder, 'tokenizer.json', tokenizerSchema);
  const settings = await readSettings(folder);
  const problem = (message: string): InputError =>
    new InputError('checkpoint-tokenizer', `${file}: ${message}`, { file });
  let tokenizer: Tokenizer;
  let around: { prefix: readonly number[]; suffix: readonly number[] };
  let highest: number;
  try {
    tokenizer = new Tokenizer(content, settings?.content ?? {});
    around = specialTokens(tokenizer);
    highest = [...tokenizer.get_vocab().values()].reduce((a, b) => Math.max(a, b), 0);
  } catch (error) {
    throw problem(`it is no tokenizer that can be read: ${(error as Error).message}`);
  }
  if (vocabulary !== null && highest >= vocabulary) {
    throw problem(`it has the token ${highest}, but the network knows ${vocabulary}, numbered from 0`);
  }
  const { prefix, suffix } = around;
  const limit = length ?? fileLength(content, settings?.content) ?? usualLength;
  if (limit <= prefix.length + suffix.length) {
    throw problem(
      `${limit} tokens leave no room for a text between the ${prefix.length + suffix.length} that every text has`,
    );
  }
  const filler = paddingToken(tokenizer, content, settings?.content) ?? suffix.at(-1) ?? 0;
  return {
    source: JSON.stringify([text, settings?.text ?? null, limit, padding]),
    model: content.model.type ?? '',
    limit,
    prefix,
    suffix,
    tokens(given) {
      const { ids } = tokenizer.encode(given);
      const isTruncated = ids.length > limit;
      const kept = isTruncated ? [...ids.slice(0, limit - suffix.length), ...suffix] : ids;
      const padded = paddedLength(kept.length, limit, padding);
      const all = new Int32Array(padded).fill(filler);
      all.set(kept);
      return { ids: all, attentionMask: new Int32Array(padded).fill(1, 0, kept.length), isTruncated };
    },
  };
}

/** What the tokens of different texts have in common at their starts and ends. */
function specialTokens(tokenizer: Tokenizer): { prefix: number[]; suffix: number[] } {
  const empty = tokenizer.encode('').ids;
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const text = tokenizer.encode('a').ids;
  // Where the bare text's tokens stand among the others is where the special ones before them end.
  const start = text.findIndex((_, at) => bare.every((token, offset) => text[at + offset] === token));
  const prefix = text.slice(0, Math.max(start, 0));
  return { prefix, suffix: empty.slice(prefix.length) };
}

function fileLength(
  { truncation }: z.output<typeof tokenizerSchema>,
  settings: z.output<typeof settingsSchema> | undefined,
): number | undefined {
  const said = settings?.model_max_length;
  if (said !== null && said !== undefined && said <= longestLength) return Math.floor(said);
  return truncation?.max_length;
}

async function readSettings(
  folder: string,
): Promise<{ text: string; content: z.output<typeof settingsSchema> } | null> {
  const name = 'tokenizer_config.json';
  return (await isCheckpointFile(folder, name)) ? readCheckpointJson(folder, name, settingsSchema) : null;
}

function paddingToken(
  tokenizer: Tokenizer,
  { padding }: z.output<typeof tokenizerSchema>,
  settings: z.output<typeof settingsSchema> | undefined,
): number | undefined {
  if (padding) return padding.pad_id;
  const token = settings?.pad_token;
  if (token === null || token === undefined) return undefined;
  return tokenizer.token_to_id(typeof token === 'string' ? token : token.content);
}
