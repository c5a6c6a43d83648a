import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../server/engine/datasets/decodePixels.ts';
import { InputError } from '../../../server/engine/problems.ts';
import oracle from '../../oracle/imageFormats.json' with { type: 'json' };

const bytesOf = (text: string) => Buffer.from(text, 'base64');
const fileOf = (kind: string) => bytesOf(oracle.decoded.find((one) => one.kind === kind)!.file);

async function problemOf(bytes: Uint8Array, name = 'cat'): Promise<InputError> {
  const error: unknown = await decodePixels(bytes, name).catch((found: unknown) => found);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe('decoding equals Pillow’s in every bit', () => {
  it.each(oracle.decoded)('$kind', async ({ file, width, height, rgb }) => {
    const pixels = await decodePixels(bytesOf(file), 'cat');
    expect([pixels.width, pixels.height]).toEqual([width, height]);
    expect([...pixels.rgb]).toEqual([...bytesOf(rgb)]);
  });
});

describe('grey values of 16 bits give their upper 8, or what a window says', () => {
  const { files, upper, window, windowed } = oracle.sixteenBits;
  const thrice = (text: string) => [...bytesOf(text)].flatMap((level) => [level, level, level]);
  it.each(files)('$kind', async ({ file }) => {
    expect([...(await decodePixels(bytesOf(file), 'scan')).rgb]).toEqual(thrice(upper));
    expect([...(await decodePixels(bytesOf(file), 'scan', window)).rgb]).toEqual(thrice(windowed));
  });
});

describe('what is not read is named', () => {
  it.each([
    ['transparency', 'transparency'],
    ['subsampled', 'subsampled'],
  ])('JPEG 2000: %s', async (kind, word) => {
    const { file } = oracle.refused.find((one) => one.kind === kind)!;
    expect(await problemOf(bytesOf(file))).toMatchObject({
      code: 'image-undecodable',
      message: expect.stringMatching(new RegExp(`cat cannot be decoded: it is .*${word}`)) as string,
    });
  });

  it.each([
    ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1')],
    ['JPEG XL', Buffer.from('ff0a', 'hex')],
    ['Photoshop', Buffer.from('8BPS\0\x01', 'latin1')],
    ['SVG', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ])('%s', async (format, bytes) => {
    const { message } = await problemOf(bytes);
    expect(message).toContain(
      `The image cat cannot be decoded: it is ${format}, a format of images that is not read;`,
    );
    expect(message).toContain('convert it to JPEG or PNG');
  });

  it('a BMP that holds a PNG', async () => {
    const bytes = Buffer.from(fileOf('BMP of 24 bits'));
    bytes.writeUInt32LE(5, 30);
    expect((await problemOf(bytes)).message).toContain('the compression PNG, which is not read');
  });
});

describe('what cannot be read whole', () => {
  it.each(oracle.decoded)('$kind, cut off: is said to end early', async ({ kind, file }) => {
    const bytes = bytesOf(file);
    const { code, message } = await problemOf(bytes.subarray(0, Math.floor(bytes.length * 0.6)), 'cut');
    expect(code).toBe('image-undecodable');
    expect(message).toMatch(/^The image cut cannot be decoded: it ends (?:early|inside of)|where its/);
    expect(message, kind).not.toContain('undefined');
  });

  it.each([
    ['BMP', 'BMP of 24 bits', (bytes: Buffer) => bytes.writeInt32LE(1e9, 18)],
    ['JPEG 2000', 'JPEG 2000 codestream', (bytes: Buffer) => bytes.writeUInt32BE(4e9, 8)],
  ])('a decompression bomb: %s', async (_, kind, swell) => {
    const bytes = Buffer.from(fileOf(kind));
    swell(bytes);
    expect(await problemOf(bytes)).toMatchObject({
      code: 'image-too-large',
      message: expect.stringContaining('decompression bomb') as string,
    });
  });

  it('a decompression bomb: Netpbm', async () => {
    expect((await problemOf(Buffer.from('P6 100000 100000 255\n'))).code).toBe('image-too-large');
    expect((await problemOf(Buffer.from('P6 10000 10000 255\n'))).message).toContain('it ends early');
  });

  it('an image without pixels', async () => {
    expect((await problemOf(Buffer.from('P6 0 7 255\n'))).message).toContain('0 × 7 pixels');
  });

  const kinds = [
    'BMP of 24 bits',
    'BMP of 16 bits, 5-6-5',
    'BMP of runs, 4 bits',
    'plain pixel map',
    'bitmap',
    'JPEG 2000',
  ];
  it.each(kinds)('%s with bytes changed: an image or an InputError', { timeout: 60_000 }, async (kind) => {
    const file = fileOf(kind);
    const change = fc.record({ at: fc.nat(Math.min(file.length - 1, 160)), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const changed = Buffer.from(file);
        for (const { at, value } of changes) changed[at] = value;
        try {
          const { rgb, width, height } = await decodePixels(changed, 'cat');
          expect(rgb.length).toBe(3 * width * height);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
