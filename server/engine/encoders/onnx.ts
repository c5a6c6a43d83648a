import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { mediaShapes } from './checkpoint/checkpointInput.ts';
import { pictureInput } from './checkpoint/pictureInput.ts';
import { plainHead } from './embeddingHead.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { framesParam, inferenceParams, windowParam } from './inferenceParams.ts';
import { imageParam, imageTarget } from './inputs/imageParam.ts';
import { onnxEncoder } from './onnxEncoder.ts';
import { onnxParts, promptFor, type OnnxParts } from './onnxParts.ts';
import { outputParam, poolingParam } from './pooling.ts';
import { prompted } from './sentence/prompted.ts';
import { promptParam } from './sentence/prompts.ts';
import { readSentenceModel } from './sentence/sentenceModel.ts';

const params = z.strictObject({
  path: z.string().min(1).describe('The model: a file that ends in .onnx.'),
  image: imageParam.optional(),
  processor: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A folder with `preprocessor_config.json` or `processor_config.json` for images, videos and audio, or `tokenizer.json` for texts, whose `modules.json`, if it has one, is followed too; that of the model unless given.',
    ),
  output: outputParam,
  pooling: poolingParam,
  prompt: promptParam,
  frames: framesParam,
  window: windowParam,
  batchSize: inferenceParams.batchSize,
});

type Params = z.output<typeof params>;

/** Any model as an ONNX file. */
export const onnx = defineEncoder({
  kind: 'onnx',
  title: 'ONNX model',
  description:
    'A model in an ONNX file, of one modality or of two, whoever trained it. Images are prepared as `image` says, or as the files in `processor` do; tensors go in as they are.',
  accepts: ['image', 'text', 'audio', 'video', 'protein', 'tensor'],
  params,
  async load(given, context): Promise<Encoder> {
    const file = resolve(context.baseFolder, given.path);
    const facts = await stat(file).catch(() => null);
    if (facts === null) {
      throw new InputError('model-missing', `${file} is not there, expected an ONNX model`, { file });
    }
    if (!facts.isFile()) {
      const message = `${file} is a folder, expected an ONNX model; a model’s folder is named with \`kind: pretrained\``;
      throw new InputError('not-a-file', message, { file });
    }
    const folder = processorFolder(file, given, context);
    const ways = await onnxWays(file, given, context);
    const encoder = await onnxEncoder(
      {
        file,
        summary: [given.path, ...ways.details, `on ${context.device}`].join(', '),
        preparation: ways.preparation,
        head: ways.head,
        batchSize: given.batchSize,
        wholeShapes: given.image
          ? { pixel_values: [3, given.image.height, given.image.width] }
          : await mediaShapes(folder),
      },
      context,
    );
    return prompted({ ...encoder, notes: [...(encoder.notes ?? []), ...ways.notes] }, ways.prompt);
  },
});

/**
 * How items go into the model in a file, and embeddings come out of what it gives.
 *
 * @throws InputError as `onnxParts` and `readSentenceModel`.
 */
export async function onnxWays(
  file: string,
  given: Params,
  context: Pick<EncoderContext, 'content' | 'modality' | 'baseFolder' | 'signal'>,
): Promise<OnnxParts> {
  const folder = processorFolder(file, given, context);
  const { image, frames, window } = given;
  const { content, signal } = context;
  const isPicture = content === 'image' || content === 'video';
  const sentence = content === 'text' || content === 'protein' ? await readSentenceModel(folder) : null;
  const options = { ...given, modelFile: file, isWhole: true };
  if (image === undefined || !isPicture) return onnxParts(folder, sentence, options, context);
  const target = imageTarget({ ...image, ...(window && { window }) });
  const { prompt, notes } = promptFor(folder, null, given.prompt, context);
  return {
    preparation: await pictureInput(target, { modelFile: file, content, frames, signal }),
    head: plainHead(content, { isWhole: true, poolsTexts: false }, given),
    sentence: null,
    details: [],
    prompt,
    notes,
  };
}

/** Where the files lie that say how items are prepared for the model in a file. */
export function processorFolder(
  file: string,
  { processor }: Pick<Params, 'processor'>,
  { baseFolder }: Pick<EncoderContext, 'baseFolder'>,
): string {
  return processor === undefined ? dirname(file) : resolve(baseFolder, processor);
}
