import { describe, expect, it } from 'vitest';
import type { Content, Item } from '../../../server/engine/datasets/dataset.ts';
import type { Encoder } from '../../../server/engine/encoders/encoder.ts';
import { randomNetwork } from '../../../server/engine/encoders/randomNetwork.ts';
import { row } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { InputError } from '../../../server/engine/problems.ts';

function load(
  content: Content,
  config: unknown = {},
  runSeed = 1,
  modality: string = content,
): Promise<Encoder> {
  return randomNetwork.load(randomNetwork.params.parse(config), {
    modality,
    content,
    baseFolder: '.',
    random: new Random(runSeed),
    device: 'cpu',
  });
}

function image(seed: number, size = 20): Item {
  const random = new Random(seed);
  const rgb = Uint8Array.from({ length: 3 * size * size }, () => random.integer(0, 256));
  return {
    content: 'image',
    name: `noise ${seed}`,
    load: () => Promise.resolve({ kind: 'pixels', width: size, height: size, rgb }),
  };
}

function text(value: string): Item {
  return { content: 'text', text: value };
}

const smallVit = { kind: 'vit', imageSize: 16, patchSize: 8, width: 32, layers: 1, dimension: 12 };
const smallText = { kind: 'clip-text', context: 16, width: 32, layers: 1, dimension: 12 };

describe('a random network', () => {
  it('embeds images and texts to the same dimension by default', async () => {
    const encoders = await Promise.all([load('image'), load('text')]);
    const items = [image(1), text('a red square')];
    for (const [index, encoder] of encoders.entries()) {
      const prepared = await encoder.prepare(items[index]!);
      const { rows, columns, data } = await encoder.embed([prepared, prepared]);
      expect([rows, columns]).toEqual([2, 128]);
      expect(encoder.dimension).toBe(128);
      expect(data.every(Number.isFinite)).toBe(true);
      expect(encoder.summary).toMatch(/random weights, 0\.\d\d M parameters, 128 dimensions, on cpu$/);
      await encoder.dispose();
    }
  });

  it.each<[string, Content, object, readonly Item[]]>([
    ['vit', 'image', smallVit, [image(1), image(2), image(3)]],
    ['resnet', 'image', { kind: 'resnet', imageSize: 32, width: 4 }, [image(1), image(2), image(3)]],
    ['mlp', 'image', { kind: 'mlp', inputs: 3 * 8 * 8, width: 10 }, [image(1), image(2), image(3)]],
    ['clip-text', 'text', smallText, [text('one'), text('two'), text('three, and more than fits')]],
  ])('%s: a row depends on its own item alone, and items differ', async (_, content, network, items) => {
    const encoder = await load(content, { network });
    const prepared = await Promise.all(items.map((item) => encoder.prepare(item)));
    const together = await encoder.embed(prepared);
    for (const [index, one] of prepared.entries()) {
      const alone = await encoder.embed([one]);
      alone.data.forEach((value, column) => {
        expect(row(together, index)[column]).toBeCloseTo(value, 4);
      });
    }
    expect(row(together, 0)).not.toEqual(row(together, 1));
    expect(new Set(prepared.map(({ contentHash }) => contentHash)).size).toBe(items.length);
    await encoder.dispose();
  });

  it('ignores what comes after the end of a text', async () => {
    const short = await load('text', { network: smallText });
    const { input } = await short.prepare(text('one'));
    const changed = Int32Array.from(input).fill(7, 'one'.length + 2);
    const { data } = await short.embed([
      { input, contentHash: '' },
      { input: changed, contentHash: '' },
    ]);
    expect(data.subarray(0, 12)).toEqual(data.subarray(12));
    await short.dispose();
  });

  it('is the same again for the same seed, and another for another seed, modality or architecture', async () => {
    const network = smallVit;
    const encoders = [
      await load('image', { network }, 1),
      await load('image', { network }, 1),
      await load('image', { network }, 2),
      await load('image', { network }, 1, 'sketch'),
      await load('image', { network: { ...network, activation: 'gelu' } }, 1),
      await load('image', { network, seed: 5 }, 1),
      await load('image', { network, seed: 5 }, 2),
    ];
    const prints = encoders.map(({ fingerprint }) => fingerprint);
    expect(prints[1]).toBe(prints[0]);
    expect(prints[6]).toBe(prints[5]);
    expect(new Set(prints).size).toBe(5);

    const prepared = await encoders[0]!.prepare(image(1));
    const outputs = await Promise.all(encoders.slice(0, 3).map((encoder) => encoder.embed([prepared])));
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).not.toEqual(outputs[0]);
    await Promise.all(encoders.map((encoder) => encoder.dispose()));
  });
});

describe('a configuration that cannot work', () => {
  it.each<[string, Content, object, string]>([
    ['a text network for images', 'image', smallText, 'encoder-content'],
    ['an image network for text', 'text', smallVit, 'encoder-content'],
    ['a vocabulary too small for bytes', 'text', { ...smallText, vocabulary: 100 }, 'encoder-input'],
    ['inputs that are no image', 'image', { kind: 'mlp', inputs: 100 }, 'encoder-input'],
  ])('%s', async (_, content, network, code) => {
    const error: unknown = await load(content, { network }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe(code);
  });

  it.each([
    [
      { network: { kind: 'vit', patchSize: 7 } },
      'The image size, 64, must be a multiple of the patch size, 7',
    ],
    [
      { network: { kind: 'clip-text', width: 100, heads: 3 } },
      'must be a multiple of the number of heads, 3',
    ],
    [{ network: { kind: 'vit', context: 5 } }, 'Unrecognized key'],
    [{ network: { kind: 'rnn' } }, 'Invalid'],
    [{ seed: -1 }, 'Too small'],
  ])('is refused by the schema: %j', (config, message) => {
    const result = randomNetwork.params.safeParse(config);
    expect(result.error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});
