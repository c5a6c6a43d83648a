import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { decodeImage, type ImageTarget } from '../../datasets/decodeImage.ts';
import { videoFrames } from '../../datasets/videoFrames.ts';
import { pixelsIn, targetFor, usualPixels, type PixelForm } from './pixelForm.ts';
import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Decoders are processes with threads of their own: more of them at a time only take memory. */
const limit = pLimit(availableParallelism());

const defaultFrames = 8;

/** Videos as `pixel_values` of frames, 8 unless given: frames × 3 × height × width unless the form says otherwise. */
export function videoInput(
  given: ImageTarget,
  frames: number = defaultFrames,
  signal: AbortSignal,
  form: PixelForm = usualPixels,
): Preparation {
  const target = targetFor(given, form);
  return {
    identity: { video: target, frames, form },
    preparesCheaply: false,
    async prepare(item) {
      const { video, name } = itemOf(item, 'video');
      const {
        width,
        height,
        frames: pictures,
      } = await limit(() => videoFrames(video, name, { frames }, signal));
      const decoded = await Promise.all(
        pictures.map(async (rgb) =>
          pixelsIn(form, await decodeImage({ kind: 'pixels', width, height, rgb }, name, target)),
        ),
      );
      const [first] = decoded;
      const { length } = first!.data;
      const data = new (form.values === 'levels' ? Uint8Array : Float32Array)(decoded.length * length);
      decoded.forEach((frame, index) => {
        data.set(frame.data as typeof data, index * length);
      });
      const shape = [decoded.length, ...first!.shape];
      return { inputs: { pixel_values: { shape, data } }, isTruncated: false };
    },
  };
}
