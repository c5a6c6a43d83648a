import { z } from 'zod';
import { isCheckpointFile, readCheckpointJson } from './checkpointFile.ts';

/** Models of texts and pictures, whose texts need more than their tokenizer's file says. */
export type TextFamily = 'clip' | 'siglip' | 'siglip2';

/** What the files beside a model say of its texts. */
export interface TextFacts {
  /** Null for models of none of these families. */
  readonly family: TextFamily | null;
  /** Whether it is the text model of two modalities, saved alone or not: such models give a text one embedding. */
  readonly isOfPair: boolean;
  /** Tokens that the model was trained to take, as its `config.json` says; null where it does not. */
  readonly positions: number | null;
  /** The tokenizer's class in transformers, as `SiglipTokenizer`; null where no file names it. */
  readonly tokenizerClass: string | null;
  /** Whether a tokenizer with that setting lowers the case of texts, which it does unless its file says otherwise. */
  readonly lowersCase: boolean;
}

const name = z.string().nullish().catch(null);
const positions = z.int().min(1).nullish();
const configSchema = z.looseObject({
  model_type: name,
  architectures: z.array(z.string()).nullish().catch(null),
  max_position_embeddings: positions,
  pad_token_id: z.int().min(0).nullish().catch(null),
  text_config: z
    .looseObject({
      model_type: name,
      max_position_embeddings: positions,
      pad_token_id: z.int().min(0).nullish().catch(null),
    })
    .nullish(),
});
type Config = z.output<typeof configSchema>;
const classesSchema = z.looseObject({
  tokenizer_class: name,
  processor_class: name,
  image_processor_type: name,
  do_lower_case: z.boolean().nullish().catch(null),
});
type Classes = z.output<typeof classesSchema>;

/**
 * Finds out of which family a text model is: from the class of its tokenizer, else from the type or class of the model,
 * whole or of its tower of texts alone, else, where no file names a model, from the class of its processor.
 *
 * @throws InputError as `readCheckpointJson`.
 */
export async function readTextFacts(folder: string): Promise<TextFacts> {
  const config = await read(folder, 'config.json', configSchema);
  const tokenizer = await read(folder, 'tokenizer_config.json', classesSchema);
  const model = config?.text_config?.model_type ?? config?.model_type ?? config?.architectures?.[0];
  const named =
    familyOf(tokenizer?.tokenizer_class) ??
    (typeof model === 'string' ? familyOf(model) : await siglipOfProcessor(folder, tokenizer));
  return {
    family: named,
    isOfPair: named !== null || config?.model_type?.endsWith('_text_model') === true,
    tokenizerClass: tokenizer?.tokenizer_class ?? null,
    positions: config === null ? null : positionsOf(config),
    lowersCase: tokenizer?.do_lower_case !== false,
  };
}

/**
 * Types whose positions begin after that of padding, as RoBERTa's do in transformers (`create_position_ids_from_input_ids`):
 * of 514 positions, texts have 512.
 */
const typesWithOffset =
  /^(?:(?:xlm-)?roberta(?:-xl|-prelayernorm)?|camembert|longformer|mpnet|data2vec-text|clap_text_model|clap)$/;

/** Tokens that a text may have, by the model's table of positions; null where it does not say. */
function positionsOf({ text_config: text, ...whole }: Config): number | null {
  const isOfText = typeof text?.max_position_embeddings === 'number';
  const inner = isOfText ? text : whole;
  const count = inner.max_position_embeddings ?? null;
  const type = inner.model_type ?? whole.model_type ?? '';
  if (count === null || !typesWithOffset.test(type)) return count;
  return Math.max(1, count - (inner.pad_token_id ?? 1) - 1);
}

/** CLIP's processor serves models with other encoders of texts too. */
async function siglipOfProcessor(folder: string, tokenizer: Classes | null): Promise<TextFamily | null> {
  const files = await Promise.all(
    ['processor_config.json', 'preprocessor_config.json'].map((file) => read(folder, file, classesSchema)),
  );
  return (
    [tokenizer, ...files]
      .flatMap((classes) => [familyOf(classes?.processor_class), familyOf(classes?.image_processor_type)])
      .find((family) => family === 'siglip' || family === 'siglip2') ?? null
  );
}

async function read<Schema extends z.ZodType>(
  folder: string,
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  if (!(await isCheckpointFile(folder, file))) return null;
  return (await readCheckpointJson(folder, file, schema)).content;
}

const typePattern = /^(clip|siglip2?)(?:_(?:text|vision)_model)?$/;
const classPattern = /^(CLIP|Siglip2?)(?:(?:Text|Vision)?Model|Tokenizer|Processor|ImageProcessor)/;

/** The family that a type as `siglip_text_model`, or a class as `SiglipTextModel` or `Siglip2Processor`, is of. */
function familyOf(type: string | null | undefined): TextFamily | null {
  const [, family] = typePattern.exec(type ?? '') ?? classPattern.exec(type ?? '') ?? [];
  return (family?.toLowerCase() as TextFamily | undefined) ?? null;
}
