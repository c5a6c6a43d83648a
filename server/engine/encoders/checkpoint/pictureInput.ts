import type { ImageTarget } from '../../datasets/decodeImage.ts';
import type { EncoderContext } from '../encoder.ts';
import { imageInput } from '../inputs/imageInput.ts';
import { usualPixels } from '../inputs/pixelForm.ts';
import type { Preparation } from '../inputs/preparation.ts';
import { videoInput } from '../inputs/videoInput.ts';
import { pixelFormOf, pixelNotes } from '../modelInputs.ts';
import { modelHeader } from './modelHeader.ts';

export interface PictureInputOptions {
  /** The ONNX model, absolute. */
  readonly modelFile: string;
  readonly content: 'image' | 'video';
  /** Frames taken of a video. */
  readonly frames?: number | undefined;
  readonly signal: EncoderContext['signal'];
}

/**
 * Images or videos as a target says, in the form that an ONNX model takes them.
 *
 * @throws InputError `model-inputs` as `pixelFormOf`.
 */
export async function pictureInput(
  target: ImageTarget,
  { modelFile, content, frames, signal }: PictureInputOptions,
): Promise<Preparation> {
  const header = await modelHeader(modelFile);
  const form = header === null ? usualPixels : pixelFormOf(modelFile, header.inputs, content, target);
  const preparation =
    content === 'image' ? imageInput(target, form) : videoInput(target, frames, signal, form);
  return { ...preparation, notes: pixelNotes(modelFile, form) };
}
