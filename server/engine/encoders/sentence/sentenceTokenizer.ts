import { join } from 'node:path';
import { z } from 'zod';
import { isCheckpointFile, readCheckpointJson } from '../checkpoint/checkpointFile.ts';
import type { CheckpointTokenizer } from '../checkpoint/checkpointTokenizer.ts';
import { readTokenizer } from '../checkpoint/checkpointTokenizer.ts';
import { lowerCased, withoutSpacesAtEnds } from '../checkpoint/textCleaning.ts';
import { readTextFacts } from '../checkpoint/textFamily.ts';
import { readTextTokenizer, type TextInputs } from '../checkpoint/textTokenizer.ts';
import type { SentenceModel } from './sentenceModel.ts';

const settingsSchema = z.looseObject({ model_max_length: z.number().min(1).nullish() });

/**
 * The tokenizer of a sentence model, which cuts texts to its length. Versions of the library until 5.3 strip texts and
 * lower their case as Python does, later ones leave spaces and lower it letter by letter.
 *
 * @param folder of the model, absolute.
 * @throws InputError as `readTokenizer` and `readTextFacts`.
 */
export async function sentenceTokenizer(
  folder: string,
  model: SentenceModel,
  inputs: TextInputs,
): Promise<CheckpointTokenizer> {
  const { transformer, isOld } = model;
  const ofTransformer = join(folder, model.path);
  const tokenizer =
    transformer.gives === 'token_embeddings'
      ? await cutTokenizer(ofTransformer, transformer.length, inputs)
      : await readTextTokenizer(ofTransformer, inputs);
  const clean = (text: string): string => {
    const stripped = isOld ? withoutSpacesAtEnds(text) : text;
    if (!transformer.lowersCase) return stripped;
    return isOld ? stripped.toLowerCase() : lowerCased.clean(stripped);
  };
  return {
    ...tokenizer,
    source: JSON.stringify([isOld, transformer.lowersCase, tokenizer.source]),
    tokens: (text) => tokenizer.tokens(clean(text)),
  };
}

async function cutTokenizer(
  folder: string,
  length: number | null,
  inputs: TextInputs,
): Promise<CheckpointTokenizer> {
  const longest = Math.min(length ?? (await usualLength(folder)) ?? Infinity, inputs.length ?? Infinity);
  return readTokenizer(folder, {
    length: longest === Infinity ? null : longest,
    padding: inputs.length ?? (inputs.takesMask ? 'multiple' : 'none'),
    vocabulary: null,
  });
}

/** What the model's positions and its tokenizer allow, where the model does not say more. */
async function usualLength(folder: string): Promise<number | null> {
  const { positions } = await readTextFacts(folder);
  const name = 'tokenizer_config.json';
  const settings = (await isCheckpointFile(folder, name))
    ? (await readCheckpointJson(folder, name, settingsSchema)).content
    : null;
  const length = Math.min(positions ?? Infinity, Math.floor(settings?.model_max_length ?? Infinity));
  // Files say 10³⁰ for "no limit".
  return length <= 2 ** 20 ? length : null;
}

/** Tokens that a text begins with where a prompt stands before it: those of the prompt without the end token. */
export function promptLength(tokenizer: CheckpointTokenizer, prompt: string): number {
  const { ids, attentionMask } = tokenizer.tokens(prompt);
  const count = attentionMask.reduce((sum, each) => sum + each, 0);
  const endsSpecially = tokenizer.suffix.length > 0 && ids[count - 1] === tokenizer.suffix.at(-1);
  return endsSpecially ? count - 1 : count;
}
