import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, type ImageTarget } from '../../../server/engine/datasets/decodeImage.ts';
import oracle from '../../oracle/decodeImage.json' with { type: 'json' };

/** Values come out as levels, 0 to 255. */
const levels: Pick<ImageTarget, 'mean' | 'std'> = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
const target: ImageTarget = { size: 2, resize: 'stretch', interpolation: 'bicubic', ...levels };

async function decode(bytes: Uint8Array, to: Partial<ImageTarget> = {}): Promise<number[]> {
  const values = await decodeImage({ kind: 'encoded', bytes }, 'cat.png', { ...target, ...to });
  return Array.from(values, (value) => Math.round(value * 1000) / 1000);
}

function raw(values: number[], width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(Buffer.from(values), { raw: { width, height, channels } });
}

describe('pixels', () => {
  const rgb = Uint8Array.from([255, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);

  it('come out channel by channel, normalised, untouched where the size is right', async () => {
    const to: ImageTarget = { ...target, mean: [0.5, 0.25, 0], std: [0.5, 0.25, 1] };
    const values = await decodeImage({ kind: 'pixels', width: 2, height: 2, rgb }, 'x', to);
    const expected = [255, 20, 50, 80].map((v) => (v / 255 - 0.5) / 0.5);
    expected.push(...[0, 30, 60, 90].map((v) => (v / 255 - 0.25) / 0.25));
    expected.push(...[10, 40, 70, 100].map((v) => v / 255));
    expect(values).toEqual(Float32Array.from(expected));
  });

  it('are the same every time', async () => {
    const wide = { kind: 'pixels', width: 4, height: 1, rgb } as const;
    expect(await decodeImage(wide, 'x', target)).toEqual(await decodeImage(wide, 'x', target));
  });
});

describe('resizing', () => {
  // libvips and Pillow round their intermediate values differently.
  const tolerance = { nearest: 0, bilinear: 4, bicubic: 4, lanczos: 4 };

  it.each(oracle.cases)(
    '$resize with $interpolation is as Pillow’s',
    async ({ interpolation, resize, rgb }) => {
      const kernel = interpolation as keyof typeof tolerance;
      const to = { size: oracle.size, resize: resize as ImageTarget['resize'], interpolation: kernel };
      const values = await decode(Buffer.from(oracle.png, 'base64'), to);
      const expected = Buffer.from(rgb, 'base64');
      const plane = oracle.size ** 2;
      const differences = values.map((value, at) =>
        Math.abs(value - expected[(at % plane) * 3 + Math.floor(at / plane)]!),
      );
      expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance[kernel]);
      expect(differences.reduce((sum, d) => sum + d, 0) / differences.length).toBeLessThan(0.6);
    },
  );

  it('cuts the middle out of a long image, and does not squeeze it', async () => {
    const thirds = [
      ...Array<number>(12).fill(0),
      ...Array<number>(12).fill(200),
      ...Array<number>(12).fill(255),
    ];
    const tall = await raw(thirds, 2, 6, 3).png().toBuffer();
    expect(await decode(tall, { resize: 'shortest-edge-then-centre-crop' })).toEqual(Array(12).fill(200));
  });
});

describe('kinds of image', () => {
  const encoded: [string, () => Promise<Buffer>, number[]][] = [
    ['grey', () => raw([77, 77, 77, 77], 2, 2, 1).toColourspace('b-w').png().toBuffer(), [77, 77, 77]],
    ['grey with alpha', () => raw([77, 9, 77, 9, 77, 9, 77, 9], 2, 2, 2).png().toBuffer(), [77, 77, 77]],
    ['transparent', () => raw([200, 100, 50, 0], 1, 1, 4).png().toBuffer(), [200, 100, 50]],
    ['16 bit', () => raw([200, 100, 50], 1, 1, 3).toColourspace('rgb16').png().toBuffer(), [200, 100, 50]],
    ['WebP', () => raw([200, 100, 50], 1, 1, 3).webp({ lossless: true }).toBuffer(), [200, 100, 50]],
    ['TIFF', () => raw([200, 100, 50], 1, 1, 3).tiff({ compression: 'lzw' }).toBuffer(), [200, 100, 50]],
  ];
  it.each(encoded)('%s', async (_, make, [r, g, b]) => {
    expect(await decode(await make(), { size: 1 })).toEqual([r, g, b]);
  });

  it('CMYK becomes RGB', async () => {
    const cmyk = await raw([255, 255, 255], 1, 1, 3).resize(16, 16).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [r, g, b] = await decode(cmyk, { size: 1 });
    for (const level of [r!, g!, b!]) expect(level).toBeGreaterThan(245);
  });

  it('a photograph is turned as its EXIF orientation says', async () => {
    const upright = raw([250, 250, 250, 0, 0, 0], 2, 1, 3);
    const turned = await upright.withMetadata({ orientation: 6 }).png().toBuffer();
    // A quarter turn clockwise: left goes to the top.
    expect((await decode(turned, { interpolation: 'nearest' })).slice(0, 4)).toEqual([250, 250, 0, 0]);
  });

  it('of an animation the first frame', async () => {
    const frames = [raw([255, 0, 0], 1, 1, 3), raw([0, 0, 255], 1, 1, 3)];
    const pngs = await Promise.all(frames.map((frame) => frame.resize(4, 4).png().toBuffer()));
    const gif = await sharp(pngs, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect(await decode(gif, { size: 1 })).toEqual([255, 0, 0]);
  });
});

describe('bad images', () => {
  const noise = { type: 'gaussian', mean: 120, sigma: 30 } as const;
  const jpeg = () =>
    sharp({ create: { width: 100, height: 100, channels: 3, background: 'red', noise } })
      .jpeg()
      .toBuffer();
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>';
  const cases: [string, () => Promise<Buffer>][] = [
    ['empty', () => Promise.resolve(Buffer.alloc(0))],
    ['text', () => Promise.resolve(Buffer.from('not an image at all'))],
    ['SVG, which may refer to other files', () => Promise.resolve(Buffer.from(svg))],
    ['a JPEG cut in the middle', async () => (await jpeg()).subarray(0, 2000)],
    ['a JPEG cut in its header', async () => (await jpeg()).subarray(0, 100)],
  ];
  it.each(cases)('%s: named as undecodable', async (_, make) => {
    await expect(decode(await make())).rejects.toMatchObject({
      code: 'image-undecodable',
      message: expect.stringContaining('cat.png') as string,
    });
  });

  it('a decompression bomb is refused, before and after resizing', async () => {
    const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    // A PNG's header: width and height at byte 16, and its checksum, over bytes 12 to 28, follows.
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await expect(decode(png)).rejects.toMatchObject({ code: 'image-too-large' });
    const thread = { kind: 'pixels', width: 100_000, height: 1, rgb: new Uint8Array(300_000) } as const;
    const to: ImageTarget = { ...target, size: 224, resize: 'shortest-edge-then-centre-crop' };
    await expect(decodeImage(thread, 'thread', to)).rejects.toMatchObject({ code: 'image-too-large' });
  });
});
