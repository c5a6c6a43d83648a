import type { Preparation } from './preparation.ts';

/** The `pixel_values` of images as vectors, for networks that take those; a video's frames keep their axis. */
export function flattened(preparation: Preparation, length: number): Preparation {
  return {
    ...preparation,
    async prepare(item) {
      const { inputs, isTruncated } = await preparation.prepare(item);
      const { data } = inputs['pixel_values']!;
      const shape = item.content === 'video' ? [data.length / length, length] : [length];
      return { inputs: { pixel_values: { shape, data } }, isTruncated };
    },
  };
}
