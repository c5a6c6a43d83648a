import { z } from 'zod';
import { didYouMean } from '../../didYouMean.ts';
import { InputError } from '../../problems.ts';
import { isCheckpointFile, readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';

/** Texts that a model was trained to find before others. */
export interface Prompts {
  readonly texts: Readonly<Record<string, string>>;
  /** The name of the one that stands before every text where none is asked for. */
  readonly usual: string | null;
}

/** A text that stands before every text. */
export interface Prompt {
  /** Null for one that the model does not name. */
  readonly name: string | null;
  readonly text: string;
}

export const promptParam = z
  .string()
  .max(10_000)
  .optional()
  .describe(
    'For texts: what stands before every one of them, as `query: `; or the name of a prompt in the model’s `config_sentence_transformers.json`, as `query`. Not given, it is the prompt that the model names as its default; an empty one switches that off.',
  );

export const promptsFile = 'config_sentence_transformers.json';

const schema = z.looseObject({
  prompts: z.record(z.string(), z.string().nullable()).nullish(),
  default_prompt_name: z.string().nullish(),
  model_type: z.string().nullish(),
});

/**
 * The prompts of a sentence model.
 *
 * @param folder absolute.
 * @throws InputError as `readCheckpointJson`; `model-module` where the file is of a model of another kind;
 * `checkpoint-config` where the default is none of the prompts.
 */
export async function readPrompts(folder: string): Promise<Prompts> {
  if (!(await isCheckpointFile(folder, promptsFile))) return { texts: {}, usual: null };
  const { file, content } = await readCheckpointJson(folder, promptsFile, schema);
  const type = content.model_type ?? 'SentenceTransformer';
  const named = content.default_prompt_name ?? '';
  if (type !== 'SentenceTransformer') {
    throw new InputError(
      'model-module',
      `${file}: model_type: found ${type.slice(0, 100)}, expected SentenceTransformer, whose models give one dense embedding a text`,
      { file },
    );
  }
  const texts = Object.fromEntries(
    Object.entries(content.prompts ?? {}).map(([name, text]) => [name, text ?? '']),
  );
  const usual = named === '' ? null : named;
  // The library knows these two names in every model; they stand for nothing where a file does not say more.
  const isKnown = usual === null || Object.hasOwn(texts, usual) || ['query', 'document'].includes(usual);
  if (isKnown) return { texts, usual };
  throw unusable(
    file,
    'default_prompt_name',
    `found ${usual.slice(0, 100)}, which is none of the prompts; expected ${Object.keys(texts).join(', ') || 'null'}`,
  );
}

/** What can only be a name: a text that stands before others ends with a space or a mark. */
const nameLike = /^[\p{L}\p{N}_.-]+$/u;

/**
 * The prompt that stands before every text.
 *
 * @param asked As `promptParam`.
 * @returns null for none.
 * @throws InputError `model-prompt` for the name of one that the model does not have.
 */
export function promptOf(model: string, { texts, usual }: Prompts, asked: string | undefined): Prompt | null {
  const name = asked === undefined ? usual : Object.hasOwn(texts, asked) ? asked : null;
  if (name !== null) {
    const text = texts[name] ?? '';
    return text === '' ? null : { name, text };
  }
  if (asked === undefined || asked === '') return null;
  if (!nameLike.test(asked)) return { name: null, text: asked };
  const names = Object.keys(texts);
  const suggestion = didYouMean(asked, names);
  throw new InputError(
    'model-prompt',
    `prompt: ${model} has no prompt of the name ${asked.slice(0, 100)}${suggestion === undefined ? '.' : `; did you mean ${suggestion}?`} It names ${names.slice(0, 20).join(', ') || 'none'}. A text that is to stand before others ends with a space or a mark, as "query: "`,
  );
}
