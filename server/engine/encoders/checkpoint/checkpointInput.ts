import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fixedSize } from '../../datasets/decodeImage.ts';
import type { IntensityWindow } from '../../datasets/intensityWindow.ts';
import { InputError } from '../../problems.ts';
import { readAudioProcessor } from '../audio/readAudioProcessor.ts';
import type { EncoderContext } from '../encoder.ts';
import { audioInput } from '../inputs/audioInput.ts';
import { imageInput } from '../inputs/imageInput.ts';
import type { Preparation } from '../inputs/preparation.ts';
import { tensorInput } from '../inputs/tensorInput.ts';
import { proteinInput, textInput } from '../inputs/textInput.ts';
import { videoInput } from '../inputs/videoInput.ts';
import type { InputShapes } from '../processModel.ts';
import { readCheckpointJson } from './checkpointFile.ts';
import type { CheckpointTokenizer } from './checkpointTokenizer.ts';
import { readTokenizer } from './checkpointTokenizer.ts';
import { readImageTarget } from './imageProcessor.ts';
import { readResidueTokenizer } from './residueTokenizer.ts';

export interface CheckpointInputOptions {
  /** Frames taken of a video. */
  readonly frames?: number | undefined;
  /** For images of more than 8 bits. */
  readonly window?: IntensityWindow | undefined;
}

/**
 * How items become a model's input, as the files beside the model say: `preprocessor_config.json` for images, videos and
 * audio, `tokenizer.json` for texts, that or `vocab.txt` for proteins.
 *
 * @param folder absolute.
 * @throws InputError for files that are missing or cannot be used.
 */
export async function checkpointInput(
  folder: string,
  { frames, window }: CheckpointInputOptions,
  { content, signal }: Pick<EncoderContext, 'content' | 'signal'>,
): Promise<Preparation> {
  switch (content) {
    case 'image':
      return imageInput({ ...(await readImageTarget(folder)), ...(window && { window }) });
    case 'video':
      return videoInput(await readImageTarget(folder), frames, signal);
    case 'text':
      return textInput(await textTokenizer(folder));
    case 'protein':
      return proteinInput(await proteinTokenizer(folder));
    case 'audio':
      return audioInput(await readAudioProcessor(folder));
    case 'tensor':
      return tensorInput;
  }
}

/**
 * The shapes that `preprocessor_config.json` gives images or sounds, by the names of their inputs, without a batch axis;
 * none where it is not there or cannot be used.
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

const configSchema = z.looseObject({
  model_type: z.string().optional(),
  max_position_embeddings: z.int().min(1).optional(),
  text_config: z.looseObject({ max_position_embeddings: z.int().min(1).optional() }).optional(),
});

/** Models that were trained on texts padded to one length, with the length where their files leave it out. */
const fixedLengths: Readonly<Record<string, number>> = { clip: 77, siglip: 64, siglip2: 64 };

async function textTokenizer(folder: string): Promise<CheckpointTokenizer> {
  const config = await readConfig(folder);
  const fixed = fixedLengths[config.model_type ?? ''];
  return fixed === undefined
    ? readTokenizer(folder, { length: null, padding: 'multiple', vocabulary: null })
    : readTokenizer(folder, {
        length: config.text_config?.max_position_embeddings ?? fixed,
        padding: 'full',
        vocabulary: null,
      });
}

async function proteinTokenizer(folder: string): Promise<CheckpointTokenizer> {
  if (await isThere(folder, 'tokenizer.json')) {
    return readTokenizer(folder, { length: null, padding: 'multiple', vocabulary: null });
  }
  return readResidueTokenizer(folder, (await readConfig(folder)).max_position_embeddings ?? null);
}

/** The model's own description; nothing where a folder holds only a tokenizer. */
async function readConfig(folder: string): Promise<z.output<typeof configSchema>> {
  if (!(await isThere(folder, 'config.json'))) return {};
  return (await readCheckpointJson(folder, 'config.json', configSchema)).content;
}

function isThere(folder: string, name: string): Promise<boolean> {
  return access(join(folder, name)).then(
    () => true,
    () => false,
  );
}
