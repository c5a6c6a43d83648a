import type { CheckpointTokenizer } from './checkpointTokenizer.ts';
import { readTokenizer } from './checkpointTokenizer.ts';
import type { Padding } from './padding.ts';
import {
  cleanedTexts,
  canonicalised,
  canonicalisedLowerCase,
  lowerCased,
  type TextCleaning,
} from './textCleaning.ts';
import { readTextFacts, type TextFacts } from './textFamily.ts';

/** What a model says of the texts that it takes. */
export interface TextInputs {
  /** Tokens that every text must have; null where it takes any number. */
  readonly length: number | null;
  /** Whether it is told which tokens are padding. */
  readonly takesMask: boolean;
}

/** What CLIP and SigLIP were trained with, where no file says it. */
const trainedLengths = { clip: 77, siglip: 64, siglip2: 64 } as const;
/** Models of pictures and texts take few tokens, language models hundreds. */
const mostOfPair = 128;

/**
 * The tokenizer of a model's texts, which cleans, cuts and pads them as the model was trained.
 *
 * CLIP and SigLIP get the length of their training. A model that is not told what is padding embeds it as text: one that
 * looks like SigLIP was trained so, others get texts as long as they are.
 *
 * @param folder absolute.
 * @param inputs Null where the model is not there to be asked.
 * @param vocabulary Number of different tokens that the model knows; null where that is not known.
 * @throws InputError as `readTokenizer` and `readTextFacts`.
 */
export async function readTextTokenizer(
  folder: string,
  inputs: TextInputs | null,
  vocabulary: number | null = null,
): Promise<CheckpointTokenizer> {
  const facts = await readTextFacts(folder);
  const { family, positions } = facts;
  const length = inputs?.length ?? null;
  if (family !== null) {
    const tokenizer = await readTokenizer(folder, {
      length: length ?? positions,
      usualLength: trainedLengths[family],
      padding: 'full',
      vocabulary,
    });
    return family === 'clip' ? tokenizer : trainedAsSiglip(tokenizer, facts);
  }
  const read = (padding: Padding, limit: number | null): Promise<CheckpointTokenizer> =>
    readTokenizer(folder, {
      length: limit,
      ...(positions !== null && { usualLength: positions }),
      padding,
      vocabulary,
    });
  if (inputs?.takesMask !== false) return read(length === null ? 'multiple' : 'full', length);
  const tokenizer = await read(length === null ? 'none' : 'full', length);
  const limit = Math.min(tokenizer.limit, positions ?? Infinity);
  if (!endsOnly(tokenizer) || limit > mostOfPair) return tokenizer;
  return trainedAsSiglip(await read('full', limit), facts);
}

/**
 * The tokenizer of a model that was trained to attend to padding as to text. SigLIP's own tokenizers clean texts whatever
 * `tokenizer.json` does, which some copies lack the cleaning of.
 */
function trainedAsSiglip(tokenizer: CheckpointTokenizer, facts: TextFacts): CheckpointTokenizer {
  const cleaning = siglipCleaning(tokenizer, facts);
  const cleaned = cleaning === null ? tokenizer : cleanedTexts(tokenizer, cleaning);
  return {
    ...cleaned,
    tokens(text) {
      const tokens = cleaned.tokens(text);
      return { ...tokens, attentionMask: new Int32Array(tokens.ids.length).fill(1) };
    },
  };
}

/** Classes that serve many models. */
const generalClass = /^(PreTrainedTokenizer|TokenizersBackend|T5Tokenizer|GemmaTokenizer)/;

/**
 * SigLIP's tokenizer by its class. Where that is not named, or says nothing of the model, by what only SigLIP's have among
 * those of pictures and texts: an end, but no start. SigLIP's vocabulary is Unigram, SigLIP 2's, which is Gemma's, BPE.
 */
function siglipCleaning(
  tokenizer: CheckpointTokenizer,
  { tokenizerClass, lowersCase }: TextFacts,
): TextCleaning | null {
  const canonical = lowersCase ? canonicalisedLowerCase : canonicalised;
  if (tokenizerClass !== null && !generalClass.test(tokenizerClass)) {
    if (tokenizerClass.startsWith('Siglip2')) return lowerCased;
    return tokenizerClass.startsWith('Siglip') ? canonical : null;
  }
  if (!endsOnly(tokenizer)) return null;
  return tokenizer.model === 'Unigram' ? canonical : lowerCased;
}

function endsOnly({ prefix, suffix }: CheckpointTokenizer): boolean {
  return prefix.length === 0 && suffix.length === 1;
}
