import { z } from 'zod';
import { fixedSize } from '../../datasets/decodeImage.ts';
import type { IntensityWindow } from '../../datasets/intensityWindow.ts';
import { InputError } from '../../problems.ts';
import { readAudioProcessor } from '../audio/readAudioProcessor.ts';
import type { EncoderContext } from '../encoder.ts';
import { audioInput } from '../inputs/audioInput.ts';
import type { Preparation } from '../inputs/preparation.ts';
import { tensorInput } from '../inputs/tensorInput.ts';
import { proteinInput, textInput } from '../inputs/textInput.ts';
import type { InputShapes } from '../processModel.ts';
import { isCheckpointFile, readCheckpointJson } from './checkpointFile.ts';
import type { CheckpointTokenizer } from './checkpointTokenizer.ts';
import { readTokenizer } from './checkpointTokenizer.ts';
import { readImageTarget } from './imageProcessor.ts';
import { textInputsOf } from './onnxTextInputs.ts';
import { pictureInput } from './pictureInput.ts';
import { readResidueTokenizer } from './residueTokenizer.ts';
import { readTextTokenizer, type TextInputs } from './textTokenizer.ts';

export interface CheckpointInputOptions {
  /** The ONNX model, absolute. */
  readonly modelFile: string;
  /** Frames taken of a video. */
  readonly frames?: number | undefined;
  /** For images of more than 8 bits. */
  readonly window?: IntensityWindow | undefined;
}

/**
 * How items become a model's input, as the files beside the model say: `preprocessor_config.json` or `processor_config.json`
 * for images, videos and audio, `tokenizer.json` for texts, that or `vocab.txt` for proteins.
 *
 * @param folder absolute.
 * @throws InputError for files that are missing or cannot be used.
 */
export async function checkpointInput(
  folder: string,
  { modelFile, frames, window }: CheckpointInputOptions,
  { content, signal }: Pick<EncoderContext, 'content' | 'signal'>,
): Promise<Preparation> {
  switch (content) {
    case 'image':
    case 'video': {
      const target = { ...(await readImageTarget(folder)), ...(window && { window }) };
      return pictureInput(target, { modelFile, content, frames, signal });
    }
    case 'text':
      return textInput(await readTextTokenizer(folder, await textInputsOf(modelFile)));
    case 'protein':
      return proteinInput(await proteinTokenizer(folder, await textInputsOf(modelFile)));
    case 'audio':
      return audioInput(await readAudioProcessor(folder));
    case 'tensor':
      return tensorInput;
  }
}

/**
 * The shapes that the files beside a model give images or sounds, by the names of their inputs, without a batch axis;
 * none where they say nothing, or nothing that can be used.
 *
 * @param folder absolute.
 */
export async function mediaShapes(folder: string): Promise<InputShapes> {
  for (const shapesIn of [imageShapes, audioShapes]) {
    try {
      return await shapesIn(folder);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return {};
}

async function imageShapes(folder: string): Promise<InputShapes> {
  const size = fixedSize(await readImageTarget(folder));
  return size === null ? {} : { pixel_values: [3, size.height, size.width] };
}

async function audioShapes(folder: string): Promise<InputShapes> {
  const { inputs } = await readAudioProcessor(folder);
  return Object.fromEntries(
    Object.entries(inputs(new Float32Array(1))).map(([name, { shape }]) => [name, shape]),
  );
}

const configSchema = z.looseObject({ max_position_embeddings: z.int().min(1).optional() });

async function proteinTokenizer(
  folder: string,
  { length, takesMask }: TextInputs,
): Promise<CheckpointTokenizer> {
  const padding = length !== null ? 'full' : takesMask ? 'multiple' : 'none';
  if (await isCheckpointFile(folder, 'tokenizer.json')) {
    return readTokenizer(folder, { length, padding, vocabulary: null });
  }
  return readResidueTokenizer(folder, length ?? (await positionsIn(folder)), padding);
}

/** Tokens that a model takes, as its `config.json` says, which need not be there. */
async function positionsIn(folder: string): Promise<number | null> {
  if (!(await isCheckpointFile(folder, 'config.json'))) return null;
  const { content } = await readCheckpointJson(folder, 'config.json', configSchema);
  return content.max_position_embeddings ?? null;
}
