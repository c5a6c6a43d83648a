import { describe, expect, it } from 'vitest';
import { measureLogitScale } from '../../../server/engine/encoders/logitScale.ts';
import { dot } from '../../../server/engine/numerics/dot.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { InputError } from '../../../server/engine/problems.ts';
import type { ModelProcess } from '../../../server/engine/runtime/modelProcess.ts';
import { startModel } from '../../../server/engine/runtime/modelProcess.ts';
import type { TensorInfo, TensorValue } from '../../../server/engine/runtime/onnxRuntime.ts';
import { modelFile, oracle } from './onnxFixture.ts';

const dimension = 16;
const inputs: readonly TensorInfo[] = [
  { name: 'pixel_values', type: 'float32', shape: ['images', 3, 'height', 'width'] },
  { name: 'input_ids', type: 'int64', shape: ['texts', 'length'] },
  { name: 'attention_mask', type: 'int64', shape: ['texts', 'length'] },
];
const outputs: readonly TensorInfo[] = ['logits_per_image', 'image_embeds', 'text_embeds'].map((name) => ({
  name,
  type: 'float32',
  shape: [],
}));

/** A model of random embeddings, not of unit length, whose logits are a function of the cosine. */
function fakeProcess(
  logit: (cosine: number, text: number) => number,
  given: Partial<Pick<ModelProcess, 'inputs' | 'outputs' | 'run'>> = {},
) {
  const fed: Readonly<Record<string, TensorValue>>[] = [];
  const random = new Random(5);
  const vector = (): Float32Array => Float32Array.from({ length: dimension }, () => 3 * random.normal());
  const process: ModelProcess = {
    pid: 0,
    inputs,
    outputs,
    run(feeds) {
      fed.push(feeds);
      const texts = feeds['input_ids']!.shape[0]!;
      const image = vector();
      const embeds = Array.from({ length: texts }, vector);
      const cosine = (text: Float32Array): number =>
        dot(image, text) / Math.sqrt(dot(image, image) * dot(text, text));
      return Promise.resolve({
        logits_per_image: {
          shape: [1, texts],
          data: Float32Array.from(embeds, (text, t) => logit(cosine(text), t)),
        },
        image_embeds: { shape: [1, dimension], data: image },
        text_embeds: {
          shape: [texts, dimension],
          data: Float32Array.from(embeds.flatMap((text) => [...text])),
        },
      });
    },
    dispose: () => Promise.resolve(),
    kill: () => Promise.resolve(),
    ...given,
  };
  return { process, fed };
}

describe('the logit scale', () => {
  it.each([
    ['CLIP', 100, 0],
    ['SigLIP', 117.33, -12.93],
    ['a small one', 0.5, 3],
  ])('of a model like %s is the slope of its logits', async (_, scale, bias) => {
    const { process } = fakeProcess((cosine) => scale * cosine + bias);
    const found = await measureLogitScale(process, {});
    expect(Math.abs(found! / scale - 1)).toBeLessThan(1e-4);
    expect(String(found).replace(/^0?\.|\./, '').length).toBeLessThanOrEqual(5);
  });

  it.each(['dual', 'sigmoid'] as const)('%s: is the one that the model learned', async (name) => {
    const process = await startModel(modelFile(name, 'onnx', 'model.onnx'), { device: 'cpu', name });
    try {
      const found = await measureLogitScale(process, { pixel_values: [3, 8, 8] });
      expect(Math.abs(found! / oracle[name].logitScale - 1)).toBeLessThan(1e-4);
    } finally {
      await process.kill();
    }
  });

  it('is not known of a model that takes no image of the usual size, where no file says which', async () => {
    const process = await startModel(modelFile('dual', 'onnx', 'model.onnx'), {
      device: 'cpu',
      name: 'dual',
    });
    try {
      expect(await measureLogitScale(process, {})).toBeNull();
    } finally {
      await process.kill();
    }
  });

  it('is asked for with images of the size that the model, its files or most models have', async () => {
    const sizeAsked = async (shape: TensorInfo['shape'], shapes = {}) => {
      const { process, fed } = fakeProcess((cosine) => cosine, {
        inputs: [{ ...inputs[0]!, shape }, ...inputs.slice(1)],
      });
      await measureLogitScale(process, shapes);
      return fed[0]!['pixel_values']!.shape;
    };
    const open = ['images', 'channels', 'height', 'width'];
    expect(await sizeAsked(open)).toEqual([1, 3, 224, 224]);
    expect(await sizeAsked(open, { pixel_values: [3, 30, 40] })).toEqual([1, 3, 30, 40]);
    expect(await sizeAsked(['images', 3, 32, 32], { pixel_values: [3, 30, 40] })).toEqual([1, 3, 32, 32]);
  });

  it.each<[string, Parameters<typeof fakeProcess>[0]]>([
    ['lie on no line', (_, text) => text ** 2],
    ['fall as cosines rise', (cosine) => -10 * cosine],
    ['are all the same', () => 3],
    ['are no numbers', () => NaN],
  ])('is not known where the logits %s', async (_, logit) => {
    expect(await measureLogitScale(fakeProcess(logit).process, {})).toBeNull();
  });

  it.each([
    ['pixel_values', 'inputs'],
    ['input_ids', 'inputs'],
    ['logits_per_image', 'outputs'],
    ['text_embeds', 'outputs'],
  ] as const)('is not known of a model without %s, which is not run', async (name, side) => {
    const left = (side === 'inputs' ? inputs : outputs).filter((each) => each.name !== name);
    const { process, fed } = fakeProcess((cosine) => cosine, { [side]: left });
    expect(await measureLogitScale(process, {})).toBeNull();
    expect(fed).toEqual([]);
  });

  it('is not known where the model refuses the batch; other failures are failures', async () => {
    const failing = (code: string) =>
      fakeProcess((cosine) => cosine, { run: () => Promise.reject(new InputError(code, 'no')) }).process;
    expect(await measureLogitScale(failing('model-run-failed'), {})).toBeNull();
    await expect(measureLogitScale(failing('model-crashed'), {})).rejects.toMatchObject({
      code: 'model-crashed',
    });
  });
});
