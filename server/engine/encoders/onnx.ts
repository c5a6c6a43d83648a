import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { checkpointInput, mediaShapes } from './checkpoint/checkpointInput.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { framesParam, inferenceParams, windowParam } from './inferenceParams.ts';
import { imageInput } from './inputs/imageInput.ts';
import { imageParam, imageTarget } from './inputs/imageParam.ts';
import type { Preparation } from './inputs/preparation.ts';
import { videoInput } from './inputs/videoInput.ts';
import { onnxEncoder } from './onnxEncoder.ts';
import { outputParam, poolingParam } from './pooling.ts';

const params = z.strictObject({
  path: z.string().min(1).describe('The model: a file that ends in .onnx.'),
  image: imageParam.optional(),
  processor: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A folder with `preprocessor_config.json` or `processor_config.json` for images, videos and audio, or `tokenizer.json` for texts; that of the model unless given.',
    ),
  output: outputParam,
  pooling: poolingParam,
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
    await access(file).catch(() => {
      throw new InputError('model-missing', `${file} is not there, expected an ONNX model`, { file });
    });
    return onnxEncoder(
      {
        file,
        summary: `${given.path}, on ${context.device}`,
        preparation: await preparationOf(file, given, context),
        output: given.output,
        pooling: given.pooling,
        batchSize: given.batchSize,
        wholeShapes: given.image
          ? { pixel_values: [3, given.image.height, given.image.width] }
          : await mediaShapes(processorFolder(file, given, context)),
      },
      context,
    );
  },
});

async function preparationOf(file: string, given: Params, context: EncoderContext): Promise<Preparation> {
  const { image, frames, window } = given;
  if (image === undefined || (context.content !== 'image' && context.content !== 'video')) {
    return checkpointInput(
      processorFolder(file, given, context),
      { modelFile: file, frames, window },
      context,
    );
  }
  const target = imageTarget({ ...image, ...(window && { window }) });
  return context.content === 'image' ? imageInput(target) : videoInput(target, frames, context.signal);
}

function processorFolder(file: string, { processor }: Params, { baseFolder }: EncoderContext): string {
  return processor === undefined ? dirname(file) : resolve(baseFolder, processor);
}
