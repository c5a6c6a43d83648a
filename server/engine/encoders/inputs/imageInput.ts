import { decodeImage, type ImageTarget } from '../../datasets/decodeImage.ts';
import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Images as `pixel_values`: 3 × height × width. */
export function imageInput(target: ImageTarget): Preparation {
  return {
    identity: { image: target },
    preparesCheaply: false,
    async prepare(item) {
      const { image, name } = itemOf(item, 'image');
      const { height, width, data } = await decodeImage(image, name, target);
      return { inputs: { pixel_values: { shape: [3, height, width], data } }, isTruncated: false };
    },
  };
}
