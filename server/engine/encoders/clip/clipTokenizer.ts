import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InputError } from '../../problems.ts';
import { checkpointFile, readCheckpointJson } from './checkpointFile.ts';

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ type: z.literal('BPE'), vocab: z.record(z.string(), z.int().min(0)) }),
  padding: z.looseObject({ pad_id: z.int().min(0) }).nullish(),
});
const settingsSchema = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});

/** A learned vocabulary. */
export interface ClipTokenizer {
  /** The files' texts, for the fingerprint. */
  readonly source: string;
  /** The token that every text ends with. */
  readonly endToken: number;
  /**
   * Tokens of a text, `context` of them: start, text, end, padding. A text that is too long loses its last tokens
   * before the end.
   */
  tokens(text: string): Int32Array;
}

/**
 * Reads the `tokenizer.json` of a checkpoint, and its `tokenizer_config.json` if it has one.
 *
 * @param context Tokens that the network takes, at least 2.
 * @param vocabulary Number of different tokens that the network knows.
 * @throws InputError as `readCheckpointJson`; `checkpoint-tokenizer` when the vocabulary is larger than the network's,
 * or texts do not end with a token of their own.
 */
export async function readClipTokenizer(
  folder: string,
  context: number,
  vocabulary: number,
): Promise<ClipTokenizer> {
  const { file, text, content } = await readCheckpointJson(folder, 'tokenizer.json', tokenizerSchema);
  const settings = await readSettings(folder);
  const problem = (message: string): InputError =>
    new InputError('checkpoint-tokenizer', `${file}: ${message}`, { file });
  let tokenizer: Tokenizer;
  let empty: readonly number[];
  let highest: number;
  try {
    tokenizer = new Tokenizer(content, settings?.content ?? {});
    empty = tokenizer.encode('').ids;
    highest = [...tokenizer.get_vocab().values()].reduce((a, b) => Math.max(a, b), 0);
  } catch (error) {
    throw problem(`it is no tokenizer that can be read: ${(error as Error).message}`);
  }
  if (highest >= vocabulary) {
    throw problem(`it has the token ${highest}, but the network knows ${vocabulary}, numbered from 0`);
  }
  if (empty.length !== 2) {
    throw problem(`an empty text has ${empty.length} tokens, expected 2: a start and an end`);
  }
  const endToken = empty[1]!;
  const padding = paddingToken(tokenizer, content, settings?.content) ?? endToken;
  return {
    source: text + (settings?.text ?? ''),
    endToken,
    tokens(given) {
      const { ids } = tokenizer.encode(given);
      const tokens = new Int32Array(context).fill(padding);
      tokens.set(ids.slice(0, context));
      if (ids.length > context) tokens[context - 1] = endToken;
      return tokens;
    },
  };
}

async function readSettings(
  folder: string,
): Promise<{ text: string; content: z.output<typeof settingsSchema> } | null> {
  const name = 'tokenizer_config.json';
  const isThere = await checkpointFile(folder, name).then(
    () => true,
    () => false,
  );
  return isThere ? readCheckpointJson(folder, name, settingsSchema) : null;
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
