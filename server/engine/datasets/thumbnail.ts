import sharp from 'sharp';
import type { ImageInput } from './dataset.ts';
import { decodePixels } from './decodePixels.ts';

/**
 * A small picture of an image, as JPEG, for looking at: models are given what `decodeImage` makes.
 *
 * @param side The longest side in pixels; smaller images stay as they are.
 * @throws InputError as `decodePixels` does.
 */
export async function thumbnail(input: ImageInput, name: string, side: number): Promise<Buffer> {
  const { width, height, rgb } = input.kind === 'pixels' ? input : await decodePixels(input.bytes, name);
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
}
