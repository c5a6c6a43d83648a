import { join } from 'node:path';
import { z } from 'zod';
import { isCheckpointFile, readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';
import type { ListedModule } from './modulesFile.ts';
import type { FeatureName } from './sentenceModule.ts';

/** What a sentence model says of its transformer. */
export interface TransformerModule {
  /** Tokens that a text has at most, those that every text starts and ends with included; null for what other files say. */
  readonly length: number | null;
  readonly lowersCase: boolean;
  /** What it gives the next module. */
  readonly gives: FeatureName;
  /** Names of the outputs that hold it, the likeliest first. */
  readonly outputs: readonly string[];
  /** The class, where it is code that came with the model and is not run; else null. */
  readonly code: string | null;
}

/** Where the settings are: the first name since version 1, the others in models of before. */
const fileNames = ['', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'].map((model) =>
  model === '' ? 'sentence_bert_config.json' : `sentence_${model}_config.json`,
);

const length = z.int().min(1);
/** Arguments of torch's model and of its configuration: what an exported model computes is settled. */
const settled = z.looseObject({}).nullish();
const tokenizerArguments = z
  .strictObject({
    model_max_length: length.optional(),
    padding_side: z.string().optional(),
    use_fast: z.boolean().optional(),
    trust_remote_code: z.boolean().optional(),
  })
  .nullish();
const modality = z.looseObject({
  method: z.string(),
  method_output_name: z.union([z.string(), z.array(z.string())]).nullish(),
});
const schema = z.strictObject({
  max_seq_length: length.nullish(),
  do_lower_case: z.boolean().nullish(),
  transformer_task: z.literal('feature-extraction').nullish(),
  modality_config: z.looseObject({ text: modality }).nullish(),
  module_output_name: z.enum(['token_embeddings', 'sentence_embedding']).nullish(),
  processing_kwargs: z.strictObject({ text: z.strictObject({}).optional() }).nullish(),
  unpad_inputs: z.boolean().nullish(),
  query_length: length.nullish(),
  document_length: length.nullish(),
  query_expansion: z.null().optional(),
  model_args: settled,
  model_kwargs: settled,
  config_args: settled,
  config_kwargs: settled,
  tokenizer_args: tokenizerArguments,
  processor_kwargs: tokenizerArguments,
});

const tokenOutputs = ['token_embeddings', 'last_hidden_state'];
const embeddingOutputs = ['text_embeds', 'pooler_output'];

/**
 * Reads how a sentence model prepares texts for its transformer, and what it takes of it.
 *
 * @param folder of the model, absolute.
 * @throws InputError as `readCheckpointJson`, also for settings that are not known here; `checkpoint-config` for two
 * different lengths.
 */
export async function readTransformer(folder: string, { path }: ListedModule): Promise<TransformerModule> {
  const name = await settingsFile(join(folder, path));
  if (name === null)
    return { length: null, lowersCase: false, gives: 'token_embeddings', outputs: tokenOutputs, code: null };
  const { file, content } = await readCheckpointJson(join(folder, path), name, schema);
  const ofTokenizer =
    content.processor_kwargs?.model_max_length ?? content.tokenizer_args?.model_max_length ?? null;
  const ofModule = content.max_seq_length ?? null;
  if (ofModule !== null && ofTokenizer !== null && ofModule !== ofTokenizer) {
    throw unusable(
      file,
      'max_seq_length',
      `found ${ofModule}, but model_max_length is ${ofTokenizer}; versions of sentence-transformers take one or the other`,
    );
  }
  const isPooled = content.module_output_name === 'sentence_embedding';
  if (isPooled && (ofModule ?? ofTokenizer) !== null) {
    throw unusable(
      file,
      'max_seq_length',
      'found a length for a model that gives embeddings of whole texts, whose length its own files say',
    );
  }
  return {
    length: ofModule ?? ofTokenizer,
    lowersCase: content.do_lower_case === true,
    gives: isPooled ? 'sentence_embedding' : 'token_embeddings',
    outputs: outputsOf(content.modality_config?.text, isPooled),
    code: null,
  };
}

async function settingsFile(folder: string): Promise<string | null> {
  for (const name of fileNames) {
    if (await isCheckpointFile(folder, name)) return name;
  }
  return null;
}

function outputsOf(text: z.output<typeof modality> | undefined, isPooled: boolean): readonly string[] {
  if (!isPooled) return tokenOutputs;
  const named = [text?.method_output_name ?? []].flat();
  // Features of texts are projected, whatever the method calls them; exports call them by another name.
  return text?.method === 'forward' && named.length === 1 ? named : embeddingOutputs;
}
