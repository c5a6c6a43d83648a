import { createHash } from 'node:crypto';
import type { ImageInput, Item } from '../datasets/dataset.ts';
import { decodeImage, type ImageTarget } from '../datasets/decodeImage.ts';
import { InputError } from '../problems.ts';
import type { PreparedItem } from './encoder.ts';

/**
 * An image as a network takes it.
 *
 * @throws InputError `encoder-content` when the item is no image, and those of `decodeImage`.
 */
export async function preparedImage(item: Item, target: ImageTarget): Promise<PreparedItem> {
  if (item.content !== 'image') throw new InputError('encoder-content', 'Expected an image, found a text');
  const image = await item.load();
  return { input: await decodeImage(image, item.name, target), contentHash: imageHash(image) };
}

/**
 * A text as a network takes it.
 *
 * @param tokens Gives the tokens of a text.
 * @throws InputError `encoder-content` when the item is no text.
 */
export function preparedText(item: Item, tokens: (text: string) => Int32Array): PreparedItem {
  if (item.content !== 'text') throw new InputError('encoder-content', 'Expected a text, found an image');
  return { input: tokens(item.text), contentHash: createHash('sha256').update(item.text).digest('hex') };
}

function imageHash(image: ImageInput): string {
  const hash = createHash('sha256');
  if (image.kind === 'encoded') return hash.update(image.bytes).digest('hex');
  return hash.update(`${image.width}×${image.height}`).update(image.rgb).digest('hex');
}
