import { createHash } from 'node:crypto';
import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import type { ModelProcess } from '../runtime/modelProcess.ts';
import { startModel } from '../runtime/modelProcess.ts';
import type { EmbeddingModel, Encoder, EncoderContext } from './encoder.ts';
import type { Preparation } from './inputs/preparation.ts';
import { measureLogitScale } from './logitScale.ts';
import { dataFilesOf } from './modelSource/dataFiles.ts';
import { fileHash } from './modelSource/fileHash.ts';
import type { Pooling } from './pooling.ts';
import { processModel, type InputShapes } from './processModel.ts';

export interface OnnxEncoderOptions {
  /** Absolute. */
  readonly file: string;
  /** One line for the report. */
  readonly summary: string;
  readonly preparation: Preparation;
  /** The output with the embeddings; chosen by name unless given. */
  readonly output: string | undefined;
  readonly pooling: Pooling;
  readonly batchSize: number | undefined;
  /**
   * For a model that may be one of two modalities, which is started at once and asked for its logit scale: what it takes
   * of images or sounds, where it leaves lengths open. Null for one that is of one modality.
   */
  readonly wholeShapes: InputShapes | null;
}

/**
 * An encoder that is an ONNX model.
 *
 * @throws InputError `model-missing` when a file cannot be read; those of `startModel` for a model that may be whole.
 */
export async function onnxEncoder(
  { file, summary, preparation, output, pooling, batchSize, wholeShapes }: OnnxEncoderOptions,
  { content, device, signal }: EncoderContext,
): Promise<Encoder> {
  // Whoever asks for batches of one may have a model that takes no others.
  const smallestBatch = batchSize === 1 ? 1 : 2;
  const identity = createHash('sha256').update(
    JSON.stringify([content, preparation.identity, output ?? null, pooling, smallestBatch]),
  );
  for (const path of [file, ...(await dataFilesOf(file))]) identity.update(await fileHash(path));
  const start = (): Promise<ModelProcess> => startModel(file, { name: file, device, signal });
  const logitScale = wholeShapes && (await scaleOf(start, wholeShapes));
  return {
    ...preparation,
    batchSize: batchSize ?? null,
    fingerprint: identity.digest('hex'),
    summary: logitScale === null ? summary : `${summary}, logit scale ${logitScale}`,
    logitScale,
    async open(): Promise<EmbeddingModel> {
      const process = await start();
      try {
        const likely = likelyOutputs(content, wholeShapes !== null);
        const chosen = embeddingOutput(file, process, likely, output);
        const otherShapes = wholeShapes ?? {};
        return processModel(process, { name: file, output: chosen, pooling, otherShapes, smallestBatch });
      } catch (error) {
        await process.kill();
        throw error;
      }
    },
  };
}

async function scaleOf(start: () => Promise<ModelProcess>, wholeShapes: InputShapes): Promise<number | null> {
  const process = await start();
  try {
    return await measureLogitScale(process, wholeShapes);
  } finally {
    await process.kill();
  }
}

/** Outputs that are embeddings of items, the likeliest first, by the names that exporters give them. */
const embeddingNames: Readonly<Record<Content, readonly string[]>> = {
  image: ['image_embeds'],
  video: ['video_embeds', 'image_embeds'],
  text: ['text_embeds', 'sentence_embedding'],
  protein: ['protein_embeds', 'text_embeds'],
  audio: ['audio_embeds'],
  tensor: [],
};
const generalNames = ['embeddings', 'embedding', 'embeds'];

/**
 * Names of outputs that hold embeddings, the likeliest first. Where a language model stands alone, its `pooler_output`
 * is that of another task of its training, and its tokens are what sentence embeddings are made of (Reimers & Gurevych
 * 2019); of the text model of two modalities it is the embedding, as it is of vision models.
 */
function likelyOutputs(content: Content, isWhole: boolean): readonly string[] {
  const isLanguage = content === 'text' || content === 'protein';
  const last = ['pooler_output', 'last_hidden_state'];
  return [...embeddingNames[content], ...generalNames, ...(isLanguage && isWhole ? last.reverse() : last)];
}

/**
 * The output that holds the embeddings.
 *
 * @throws InputError `model-output` when the one asked for is not there, or none can be chosen.
 */
function embeddingOutput(
  file: string,
  { outputs }: ModelProcess,
  likely: readonly string[],
  asked: string | undefined,
): string {
  const names = outputs.filter(({ type }) => type.startsWith('float')).map(({ name }) => name);
  const listed = outputs.map(({ name, type, shape }) => `${name} (${type} ${shape.join('×')})`).join(', ');
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw new InputError(
      'model-output',
      `${file}: it has no output "${asked}" with embeddings; it has ${listed}`,
      { file },
    );
  }
  const chosen = likely.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new InputError(
    'model-output',
    names.length === 0
      ? `${file}: none of its outputs holds embeddings, which are numbers with a fraction; it has ${listed}`
      : `${file}: which output holds the embeddings cannot be told; name one as \`output\`: ${listed}`,
    { file },
  );
}
