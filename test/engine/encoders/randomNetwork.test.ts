import { describe, expect, it } from 'vitest';
import type { Content, Item } from '../../../server/engine/datasets/dataset.ts';
import type { Encoder } from '../../../server/engine/encoders/encoder.ts';
import { loadItem } from '../../../server/engine/encoders/loadedItem.ts';
import { randomNetwork } from '../../../server/engine/encoders/randomNetwork.ts';
import { row } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { encoderContext, embedded, noiseImage, textItem } from './encoderFixture.ts';
import { InputError } from '../../../server/engine/problems.ts';

function load(
  content: Content,
  config: unknown = {},
  runSeed = 1,
  modality: string = content,
): Promise<Encoder> {
  const context = encoderContext(content, { modality, random: new Random(runSeed) });
  return randomNetwork.load(randomNetwork.params.parse(config), context);
}

const smallVit = { kind: 'vit', imageSize: 16, patchSize: 8, width: 32, layers: 1, dimension: 12 };
const smallText = { kind: 'clip-text', context: 16, width: 32, layers: 1, dimension: 12 };

describe('a random network', () => {
  it.each<[Content, Item]>([
    ['image', noiseImage(1)],
    ['text', textItem('a red square')],
    ['protein', { content: 'protein', name: 'P1', sequence: 'MKV' }],
  ])('embeds %s to the same dimension by default', async (content, item) => {
    const encoder = await load(content);
    const { rows, columns, data } = await embedded(encoder, [item, item]);
    expect([rows, columns]).toEqual([2, 128]);
    expect(data.every(Number.isFinite)).toBe(true);
    expect(encoder.summary).toMatch(/random weights, 0\.\d\d M parameters, 128 dimensions, on cpu$/);
  });

  it.each<[string, Content, object, readonly Item[]]>([
    ['vit', 'image', smallVit, [noiseImage(1), noiseImage(2), noiseImage(3)]],
    [
      'resnet',
      'image',
      { kind: 'resnet', imageSize: 32, width: 4 },
      [1, 2, 3].map((seed) => noiseImage(seed)),
    ],
    [
      'mlp',
      'image',
      { kind: 'mlp', inputs: 3 * 8 * 8, width: 10 },
      [1, 2, 3].map((seed) => noiseImage(seed)),
    ],
    ['clip-text', 'text', smallText, ['one', 'two', 'three, and more than fits'].map(textItem)],
  ])(
    '%s: a row is the same to the bit in whatever batch, and items differ',
    async (_, content, network, three) => {
      const encoder = await load(content, { network });
      const items = Array.from({ length: 37 }, (__, i) => three[i % 3]!);
      const together = await embedded(encoder, items);
      for (const size of [1, 2, 3, 8, 16]) {
        const { data } = await embedded(encoder, items.slice(0, size));
        expect(data).toEqual(together.data.subarray(0, data.length));
      }
      expect(row(together, 0)).not.toEqual(row(together, 1));
    },
  );

  it('ignores what comes after the end of a text', async () => {
    const encoder = await load('text', { network: smallText });
    const prepared = await encoder.prepare(await loadItem(textItem('one')));
    const { shape, data } = prepared.inputs['input_ids']!;
    const changed = Int32Array.from(data as Int32Array).fill(7, 'one'.length + 2);
    const model = await encoder.open();
    const rows = await model.embed([
      prepared,
      { ...prepared, inputs: { input_ids: { shape, data: changed } } },
    ]);
    await model.dispose();
    expect(rows.data.subarray(0, 12)).toEqual(rows.data.subarray(12));
  });

  it('computes in half precision where that is asked for', async () => {
    const full = await load('image', { network: smallVit });
    const half = await load('image', { network: smallVit, precision: 'fp16' });
    expect(half.summary).toMatch(/12 dimensions, fp16, on cpu$/);
    expect(half.fingerprint).not.toBe(full.fingerprint);
    const [a, b] = await Promise.all([full, half].map((each) => embedded(each, [noiseImage(1)])));
    const differences = a!.data.map((value, i) => Math.abs(value - b!.data[i]!));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(Math.max(...differences)).toBeLessThan(0.02);
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

    const outputs = await Promise.all(
      encoders.slice(0, 3).map((encoder) => embedded(encoder, [noiseImage(1)])),
    );
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).not.toEqual(outputs[0]);
  });
});

describe('a configuration that cannot work', () => {
  it.each<[string, Content, object, string]>([
    ['a text network for images', 'image', smallText, 'encoder-content'],
    ['an image network for text', 'text', smallVit, 'encoder-content'],
    ['a vocabulary too small for bytes', 'text', { ...smallText, vocabulary: 100 }, 'encoder-input'],
    ['inputs that are no image', 'image', { kind: 'mlp', inputs: 100 }, 'encoder-input'],
  ])('%s', async (_, content, network, code) => {
    const error: unknown = await Promise.resolve()
      .then(() => load(content, { network }))
      .catch((thrown: unknown) => thrown);
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
