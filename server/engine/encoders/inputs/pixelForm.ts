import type { ImageTarget, ImageTensor } from '../../datasets/decodeImage.ts';
import type { TensorValue } from '../../runtime/onnxRuntime.ts';

/** In what form a model takes the pixels of an image. */
export interface PixelForm {
  /** The order of axes: channels × height × width, or height × width × channels. */
  readonly axes: 'channels-first' | 'channels-last';
  /** `normalised` as the steps of a target end, float32; `levels` before the last ones: whole numbers, 0 to 255, as bytes. */
  readonly values: 'normalised' | 'levels';
}

/** That of PyTorch's models. */
export const usualPixels: PixelForm = { axes: 'channels-first', values: 'normalised' };

/** What images are decoded to for a form: the steps from levels to numbers with a fraction are left out where it says so. */
export function targetFor(target: ImageTarget, { values }: PixelForm): ImageTarget {
  return values === 'normalised' ? target : { ...target, rescaleFactor: 1, mean: [0, 0, 0], std: [1, 1, 1] };
}

/** A decoded image in a form. */
export function pixelsIn({ axes, values }: PixelForm, { height, width, data }: ImageTensor): TensorValue {
  const numbers = values === 'levels' ? Uint8Array.from(data) : data;
  if (axes === 'channels-first') return { shape: [3, height, width], data: numbers };
  const turned = values === 'levels' ? new Uint8Array(data.length) : new Float32Array(data.length);
  const pixels = height * width;
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      turned[pixel * 3 + channel] = numbers[channel * pixels + pixel]!;
    }
  }
  return { shape: [height, width, 3], data: turned };
}
