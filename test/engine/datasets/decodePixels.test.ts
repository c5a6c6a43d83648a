import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../server/engine/datasets/decodePixels.ts';
import oracle from '../../oracle/decodeImage.json' with { type: 'json' };

async function levels(bytes: Uint8Array): Promise<number[]> {
  return [...(await decodePixels(bytes, 'cat.png')).rgb];
}

function raw(values: number[], width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(Buffer.from(values), { raw: { width, height, channels } });
}

describe('decoding equals Pillow’s in every bit', () => {
  it.each(oracle.decoded)('$kind', async ({ file, rgb }) => {
    const pixels = await decodePixels(Buffer.from(file, 'base64'), 'cat');
    expect([pixels.width, pixels.height]).toEqual([21, 13]);
    expect([...pixels.rgb]).toEqual([...Buffer.from(rgb, 'base64')]);
  });
});

describe('kinds of image', () => {
  const encoded: [string, () => Promise<Buffer>][] = [
    ['16 bit', () => raw([200, 100, 50], 1, 1, 3).toColourspace('rgb16').png().toBuffer()],
    ['lossless WebP', () => raw([200, 100, 50], 1, 1, 3).webp({ lossless: true }).toBuffer()],
    ['TIFF', () => raw([200, 100, 50], 1, 1, 3).tiff({ compression: 'lzw' }).toBuffer()],
    ['transparent', () => raw([200, 100, 50, 0], 1, 1, 4).png().toBuffer()],
  ];
  it.each(encoded)('%s', async (_, make) => {
    expect(await levels(await make())).toEqual([200, 100, 50]);
  });

  it('a photograph is turned as its EXIF orientation says', async () => {
    const upright = raw([250, 250, 250, 0, 0, 0], 2, 1, 3);
    const turned = await upright.withMetadata({ orientation: 6 }).png().toBuffer();
    // A quarter turn clockwise: left goes to the top.
    expect(await decodePixels(turned, 'cat.png')).toMatchObject({ width: 1, height: 2 });
    expect(await levels(turned)).toEqual([250, 250, 250, 0, 0, 0]);
  });

  it('of an animation the first frame', async () => {
    const frames = [raw([255, 0, 0], 1, 1, 3), raw([0, 0, 255], 1, 1, 3)];
    const pngs = await Promise.all(frames.map((frame) => frame.png().toBuffer()));
    const gif = await sharp(pngs, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect(await levels(gif)).toEqual([255, 0, 0]);
  });
});

describe('grey values of more than 8 bits', () => {
  const { png, tiff, float, upper, window, windowed } = oracle.sixteenBits;
  const thrice = (text: string) => [...Buffer.from(text, 'base64')].flatMap((level) => [level, level, level]);

  it.each([
    ['PNG', png],
    ['TIFF', tiff],
  ])('%s: give their upper 8 bits, or what a window says', async (_, file) => {
    const bytes = Buffer.from(file, 'base64');
    expect(await levels(bytes)).toEqual(thrice(upper));
    expect([...(await decodePixels(bytes, 'scan', window)).rgb]).toEqual(thrice(windowed));
  });

  it('may be negative, as floating-point numbers', async () => {
    const shifted = { ...window, center: window.center - 1024 };
    const pixels = await decodePixels(Buffer.from(float, 'base64'), 'scan', shifted);
    expect([...pixels.rgb]).toEqual(thrice(windowed));
  });

  it('of signed 16 bits are refused', async () => {
    const bytes = Buffer.from(tiff, 'base64');
    // Appends a directory of one more entry: 339, sample format, of two-byte numbers, one, signed.
    const signed = withTiffEntry(bytes, Buffer.from([0x53, 1, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0]));
    await expect(decodePixels(signed, 'scan.tiff', window)).rejects.toMatchObject({
      code: 'image-depth',
      message: expect.stringContaining('scan.tiff') as string,
    });
  });

  it('leave other images as they are', async () => {
    const grey = await raw([7, 77], 2, 1, 1).toColourspace('b-w').png().toBuffer();
    expect([...(await decodePixels(grey, 'grey', window)).rgb]).toEqual([7, 7, 7, 77, 77, 77]);
  });
});

/** A little-endian TIFF with an entry that replaces that of the same tag, or is the last one. */
function withTiffEntry(tiff: Buffer, entry: Buffer): Buffer {
  const at = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(at);
  const entries = Array.from({ length: count }, (_, i) => tiff.subarray(at + 2 + 12 * i, at + 14 + 12 * i));
  const others = entries.filter((other) => other.readUInt16LE(0) !== entry.readUInt16LE(0));
  const all = [...others, entry].sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const head = Buffer.from(tiff);
  head.writeUInt32LE(tiff.length, 4);
  const number = Buffer.alloc(2);
  number.writeUInt16LE(all.length);
  return Buffer.concat([head, number, ...all, Buffer.alloc(4)]);
}

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
    await expect(levels(await make())).rejects.toMatchObject({
      code: 'image-undecodable',
      message: expect.stringContaining('cat.png') as string,
    });
  });

  it('a decompression bomb is refused', async () => {
    const png = await raw([1, 2, 3], 1, 1, 3).png().toBuffer();
    // A PNG's header: width and height at byte 16, and its checksum, over bytes 12 to 28, follows.
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await expect(levels(png)).rejects.toMatchObject({ code: 'image-too-large' });
  });

  it('many at once: each is told what is wrong with itself', { timeout: 60_000 }, async () => {
    const whole = sharp({ create: { width: 200, height: 150, channels: 3, background: 'red', noise } });
    const formats = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;
    const files = new Map<string, Buffer>();
    for (const format of formats) {
      const bytes = await whole.clone().toFormat(format).toBuffer();
      const damaged = Buffer.from(bytes);
      for (let at = 600; at < damaged.length; at += 97) damaged[at] = damaged[at]! ^ 0x5a;
      files.set(`cut.${format}`, bytes.subarray(0, Math.floor(bytes.length / 2)));
      files.set(`head.${format}`, bytes.subarray(0, 60));
      files.set(`damaged.${format}`, damaged);
      files.set(`whole.${format}`, bytes);
    }
    const outcome = (name: string) =>
      decodePixels(files.get(name)!, name).then(
        ({ width, height }) => `${width} × ${height}`,
        (error: unknown) => (error as Error).message,
      );
    const alone = new Map<string, string>();
    for (const name of files.keys()) alone.set(name, await outcome(name));
    for (const [name, found] of alone) {
      if (name.startsWith('whole.')) expect(found).toBe('200 × 150');
      if (name.startsWith('cut.')) expect(found).toContain(`The image ${name} cannot be decoded: `);
      expect(found).not.toMatch(/Unknown error|bad seek|: $/);
    }
    for (let round = 0; round < 10; round++) {
      const together = await Promise.all(
        [...files.keys()].map(async (name) => [name, await outcome(name)] as const),
      );
      expect(new Map(together)).toEqual(alone);
    }
  });
});
