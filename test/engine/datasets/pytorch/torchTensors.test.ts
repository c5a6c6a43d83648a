import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TensorInput } from '../../../../server/engine/datasets/dataset.ts';
import { tensors } from '../../../../server/engine/datasets/tensors.ts';
import { readModuleWeights } from '../../../../server/engine/encoders/sentence/moduleWeights.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { inputErrorOf } from '../openForTest.ts';
import { loadedRow, openSamples } from '../openSamples.ts';

const folder = useTemporaryFolder();
const written = fileURLToPath(new URL('../../../oracle/torchFiles', import.meta.url));
const { files, state } = JSON.parse(readFileSync(`${written}.json`, 'utf8')) as {
  readonly files: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
  readonly state: Readonly<Record<string, { readonly shape: number[]; readonly data: readonly number[] }>>;
};

describe('stacked items in files of torch', () => {
  it.each(['zip', 'legacy'])('by name, by path, alone: %s', async (kind) => {
    const dataset = await openSamples(
      tensors,
      {
        files: {
          image: `${kind}_dict.pt`,
          deep: { file: `${kind}_nested.pt`, array: 'features.deep.text' },
          alone: `${kind}_tensor.pt`,
          labels: { file: `${kind}_others.pt`, array: 'labels' },
        },
      },
      written,
      1,
    );
    const { image, text } = files['zip_dict.pt']!;
    const row = (await loadedRow(dataset, 2)) as TensorInput[];
    expect(row.map(({ data }) => [...data])).toEqual([image![2], text![2], image![2], [2]]);
    await dataset.close();
  });

  it.each([
    ['transposed', 'views', 'tensor-order', 'x.contiguous()'],
    ['expanded', 'others', 'tensor-order', 'x.contiguous()'],
    ['complex', 'others', 'tensor-type', 'complex64'],
    ['sparse', 'others', 'tensor-type', 'x.to_dense()'],
    ['names', 'others', 'array-missing', 'image'],
  ])('refuses %s of %s: %s', async (array, name, code, message) => {
    const params = { files: { x: { file: `zip_${name}.pt`, array } } };
    const error = await inputErrorOf(openSamples(tensors, params, written, 1));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

describe('weights of a module in pytorch_model.bin', () => {
  const shapes = Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]));

  it.each(['zip', 'legacy'])('are those that torch wrote: %s', async (kind) => {
    copyFileSync(join(written, `${kind}_state.pt`), join(folder(), 'pytorch_model.bin'));
    const weights = await readModuleWeights(folder(), shapes);
    const found = Object.entries(weights.tensors).map(([name, data]) => [name, [...data]]);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(Object.entries(state).map(([name, { data }]) => [name, data])),
    );
  });

  it('have to fit, and to be weights', async () => {
    const file = join(folder(), 'pytorch_model.bin');
    copyFileSync(join(written, 'zip_state.pt'), file);
    const other = inputErrorOf(readModuleWeights(folder(), { ...shapes, '0.weight': [4, 3] }));
    expect(await other).toMatchObject({ code: 'checkpoint-tensors' });
    copyFileSync(join(written, 'command.pt'), file);
    expect(await inputErrorOf(readModuleWeights(folder(), shapes))).toMatchObject({ code: 'pytorch-object' });
  });
});
