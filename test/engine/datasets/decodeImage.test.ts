import { describe, expect, it } from 'vitest';
import { decodeImage, fixedSize, type ImageTarget } from '../../../server/engine/datasets/decodeImage.ts';
import oracle from '../../oracle/decodeImage.json' with { type: 'json' };

/** Values come out as levels, 0 to 255. */
const levels: ImageTarget = {
  resize: null,
  interpolation: 'bicubic',
  crop: null,
  rescaleFactor: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

describe('preparing equals Hugging Face’s steps to the bit', () => {
  it.each(oracle.prepared)('$name', async ({ target, height, width, values }) => {
    const bytes = Buffer.from(oracle.png, 'base64');
    // Sound: decodeImage.py writes it so.
    const input = await decodeImage({ kind: 'encoded', bytes }, 'picture', target as unknown as ImageTarget);
    const expected = new Float32Array(new Uint8Array(Buffer.from(values, 'base64')).buffer);
    expect(input).toEqual({ height, width, data: expected });
  });
});

describe('pixels', () => {
  const rgb = Uint8Array.from([255, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  const pixels = { kind: 'pixels', width: 2, height: 2, rgb } as const;

  it('come out channel by channel, untouched where nothing is to be done', async () => {
    const { data } = await decodeImage(pixels, 'x', levels);
    expect([...data]).toEqual([255, 20, 50, 80, 0, 30, 60, 90, 10, 40, 70, 100]);
  });

  it('are normalised', async () => {
    const target: ImageTarget = { ...levels, rescaleFactor: 0.5, mean: [127.5, 0, 5], std: [0.5, 1, 2] };
    const { data } = await decodeImage(pixels, 'x', target);
    expect([...data]).toEqual([0, -235, -205, -175, 0, 15, 30, 45, 0, 7.5, 15, 22.5]);
  });

  it('outside a small image are black', async () => {
    const { data, height, width } = await decodeImage(pixels, 'x', {
      ...levels,
      crop: { height: 4, width: 1 },
    });
    expect([height, width]).toEqual([4, 1]);
    expect([...data]).toEqual([0, 255, 50, 0, 0, 0, 60, 0, 0, 10, 70, 0]);
  });

  it('of a long image are cut from the middle', async () => {
    const thirds = [0, 200, 255].flatMap((level) => Array<number>(12).fill(level));
    const tall = { kind: 'pixels', width: 2, height: 6, rgb: Uint8Array.from(thirds) } as const;
    const target = { ...levels, resize: { shortestEdge: 2 }, crop: { height: 2, width: 2 } };
    expect([...(await decodeImage(tall, 'x', target)).data]).toEqual(Array(12).fill(200));
  });
});

describe('sizes', () => {
  it.each([
    ['a crop', { crop: { height: 3, width: 2 }, resize: { shortestEdge: 5 } }, { height: 3, width: 2 }],
    ['an exact size', { resize: { height: 4, width: 7 } }, { height: 4, width: 7 }],
    ['the shortest edge', { resize: { shortestEdge: 5 } }, null],
    ['nothing', {}, null],
  ])('%s', (_, target, expected) => {
    expect(fixedSize({ ...levels, ...target })).toEqual(expected);
  });

  const tooLarge: [string, number, number, Partial<ImageTarget>][] = [
    ['after resizing', 100_000, 1, { resize: { shortestEdge: 224 }, crop: { height: 224, width: 224 } }],
    ['of an exact size', 1, 1, { resize: { height: 1, width: 200_000_000 } }],
    ['of a crop', 1, 1, { crop: { height: 20_000, width: 20_000 } }],
    ['between the passes', 1, 1_000_000, { resize: { height: 1, width: 224 } }],
    ['along an edge', 17_000_000, 1, { resize: { height: 1, width: 1 } }],
  ];
  it.each(tooLarge)('too large %s are refused', async (_, width, height, target) => {
    const pixels = { kind: 'pixels', width, height, rgb: new Uint8Array(3 * width * height) } as const;
    await expect(decodeImage(pixels, 'thread', { ...levels, ...target })).rejects.toMatchObject({
      code: 'image-too-large',
      message: expect.stringContaining('thread') as string,
    });
  });
});
