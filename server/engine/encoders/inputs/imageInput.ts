import { decodeImage, type ImageTarget } from '../../datasets/decodeImage.ts';
import { pixelsIn, targetFor, usualPixels, type PixelForm } from './pixelForm.ts';
import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Images as `pixel_values`: 3 × height × width unless the form says otherwise. */
export function imageInput(given: ImageTarget, form: PixelForm = usualPixels): Preparation {
  const target = targetFor(given, form);
  return {
    identity: { image: target, form },
    preparesCheaply: false,
    async prepare(item) {
      const { image, name } = itemOf(item, 'image');
      const decoded = await decodeImage(image, name, target);
      return { inputs: { pixel_values: pixelsIn(form, decoded) }, isTruncated: false };
    },
  };
}
