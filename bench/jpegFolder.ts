import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../server/engine/numerics/random.ts';

/**
 * Writes different JPEG files of 500 × 375 pixels, the size of COCO's and ImageNet's usual images, with about as much
 * detail as photographs have (60 to 70 kB each): clouds of several scales.
 */
export async function writeJpegs(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const random = new Random(1).stream('photographs');
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const layers = await Promise.all(
      [6, 40, 250].map((width) => clouds(random, width, Math.round((width * 3) / 4))),
    );
    const pixels = new Uint8Array(layers[0]!.length);
    const weights = [0.6, 0.3, 0.1];
    for (let at = 0; at < pixels.length; at++) {
      pixels[at] = layers.reduce((sum, layer, k) => sum + weights[k]! * layer[at]!, 0);
    }
    const path = join(folder, `${String(i).padStart(5, '0')}.jpg`);
    const raw = { width: 500, height: 375, channels: 3 } as const;
    await writeFile(path, await sharp(pixels, { raw }).jpeg({ quality: 90 }).toBuffer());
    paths.push(path);
  }
  return paths;
}

function clouds(random: Random, width: number, height: number): Promise<Buffer> {
  const noise = Uint8Array.from({ length: 3 * width * height }, () => random.integer(0, 256));
  return sharp(noise, { raw: { width, height, channels: 3 } })
    .resize(500, 375, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer();
}
