import type { Content, ImageItem, Item, TextItem } from '../../../server/engine/datasets/dataset.ts';
import type { Encoder, EncoderContext } from '../../../server/engine/encoders/encoder.ts';
import { loadItem } from '../../../server/engine/encoders/loadedItem.ts';
import type { Matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

export function encoderContext(content: Content, given: Partial<EncoderContext> = {}): EncoderContext {
  return {
    modality: content,
    content,
    baseFolder: '.',
    random: new Random(1),
    device: 'cpu',
    signal: new AbortController().signal,
    progress: () => undefined,
    ...given,
  };
}

/** What an encoder makes of items, embedded together. */
export async function embedded(encoder: Encoder, items: readonly Item[]): Promise<Matrix> {
  const prepared = await Promise.all(items.map(async (item) => encoder.prepare(await loadItem(item))));
  const model = await encoder.open();
  try {
    return await model.embed(prepared);
  } finally {
    await model.dispose();
  }
}

export function noiseImage(seed: number, size = 20): ImageItem {
  const random = new Random(seed);
  const rgb = Uint8Array.from({ length: 3 * size * size }, () => random.integer(0, 256));
  return {
    content: 'image',
    name: `noise ${seed}`,
    load: () => Promise.resolve({ kind: 'pixels', width: size, height: size, rgb }),
  };
}

export function textItem(text: string): TextItem {
  return { content: 'text', text };
}
