import { z } from 'zod';
import type { AddedToken } from '../tokenizers/addedTokens.ts';
import type { TokenizerParts } from '../tokenizers/tokenizer.ts';
import { isCheckpointFile, readCheckpointJson } from './checkpointFile.ts';

const side = z.enum(['left', 'right']);
const addedToken = z.looseObject({
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().optional(),
  special: z.boolean().default(false),
});

const settingsSchema = z.looseObject({
  tokenizer_class: z.string().nullish(),
  model_max_length: z.number().positive().nullish(),
  truncation_side: side.nullish(),
  padding_side: side.nullish(),
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
  pad_token_type_id: z.int().min(0).nullish(),
  added_tokens_decoder: z.record(z.string(), addedToken).nullish(),
  do_lower_case: z.boolean().nullish(),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().nullish(),
});

/** What `tokenizer_config.json` says. */
export type TokenizerSettings = z.output<typeof settingsSchema>;

/** Classes whose settings of letters hold whatever `tokenizer.json` says. */
const bertClass =
  /^(Bert|DistilBert|Electra|MobileBert|MPNet|Lxmert|Funnel|ConvBert|LayoutLM|SqueezeBert|Splinter)Tokenizer(Fast)?$/;

/**
 * Reads the `tokenizer_config.json` of a folder, where there is one.
 *
 * @throws InputError as `readCheckpointJson`.
 */
export async function readTokenizerSettings(
  folder: string,
): Promise<{ readonly text: string; readonly content: TokenizerSettings } | null> {
  const name = 'tokenizer_config.json';
  return (await isCheckpointFile(folder, name)) ? readCheckpointJson(folder, name, settingsSchema) : null;
}

/** The token that texts are filled up with; null where none is named. */
export function padToken({ pad_token: token }: TokenizerSettings): string | null {
  return typeof token === 'string' ? token : (token?.content ?? null);
}

/** The tokens that the settings add to those of `tokenizer.json`, or whose properties they change, as transformers does. */
export function furtherTokens({ added_tokens_decoder: tokens }: TokenizerSettings): AddedToken[] {
  return Object.entries(tokens ?? {})
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, token]) => ({ ...token, normalized: token.normalized ?? !token.special }));
}

/**
 * `tokenizer.json` with what the settings change: those of BERT's family decide on lower case, accents and Chinese
 * characters, as in transformers.
 */
export function withSettings(parts: TokenizerParts, settings: TokenizerSettings): TokenizerParts {
  const {
    tokenizer_class: name,
    do_lower_case: lowercase,
    strip_accents: stripAccents,
    tokenize_chinese_chars: spacesChinese,
  } = settings;
  const { normalizer } = parts;
  const isSaid = [lowercase, stripAccents, spacesChinese].some((value) => typeof value === 'boolean');
  if (!isSaid || !bertClass.test(name ?? '') || !isBertNormalizer(normalizer)) return parts;
  return {
    ...parts,
    normalizer: {
      ...normalizer,
      lowercase: lowercase ?? normalizer['lowercase'],
      strip_accents: stripAccents === undefined ? normalizer['strip_accents'] : stripAccents,
      handle_chinese_chars: spacesChinese ?? normalizer['handle_chinese_chars'],
    },
  };
}

function isBertNormalizer(given: unknown): given is Readonly<Record<string, unknown>> {
  return (
    typeof given === 'object' && given !== null && (given as { type?: unknown }).type === 'BertNormalizer'
  );
}
