import { elementCount } from '../graph/graph.ts';
import { cosine } from '../numerics/cosine.ts';
import { InputError } from '../problems.ts';
import type { ModelProcess } from '../runtime/modelProcess.ts';
import type { TensorInfo, TensorValue } from '../runtime/onnxRuntime.ts';
import { fixedLength, type InputShapes } from './processModel.ts';

const texts = 4;
const tokensOfText = 8;
/** Of an image, where neither the model nor the files beside it say otherwise. */
const usualImage = [3, 224, 224];

/**
 * What a model of two modalities multiplies cosines by, found by asking it: its logits of one image and four texts are
 * logitScale · cosine + bias (Radford et al. 2021; with a bias Zhai et al. 2023, SigLIP), so that the slope of the line
 * through them is the scale, given to five digits. What the image shows and the texts say does not matter.
 *
 * @param shapes of `pixel_values`, where the model leaves lengths open.
 * @returns null for models that are none of those, and where the points lie on no line.
 */
export async function measureLogitScale(process: ModelProcess, shapes: InputShapes): Promise<number | null> {
  const pixels = find(process.inputs, 'pixel_values');
  const ids = find(process.inputs, 'input_ids');
  const names = ['logits_per_image', 'image_embeds', 'text_embeds'];
  if (pixels === undefined || ids === undefined) return null;
  if (names.some((name) => find(process.outputs, name) === undefined)) return null;
  try {
    const outputs = await process.run(probeFeeds(process.inputs, shapes), names);
    const [logits, image, text] = names.map((name) => outputs[name]!.data as Float32Array);
    const dimension = image!.length;
    const cosines = Array.from({ length: texts }, (_, t) =>
      cosine(image!, text!.subarray(t * dimension, (t + 1) * dimension)),
    );
    return slope(cosines, [...logits!]);
  } catch (error) {
    // A model that takes no such batch may embed all the same.
    if (error instanceof InputError && error.code === 'model-run-failed') return null;
    throw error;
  }
}

function find(tensors: readonly TensorInfo[], name: string): TensorInfo | undefined {
  return tensors.find((tensor) => tensor.name === name);
}

function probeFeeds(inputs: readonly TensorInfo[], shapes: InputShapes): Record<string, TensorValue> {
  return Object.fromEntries(
    inputs.map(({ name, shape }): [string, TensorValue] => {
      if (name === 'pixel_values') {
        const open = shapes[name] ?? usualImage;
        const lengths = [1, ...shape.slice(1).map((length, axis) => fixedLength(length) ?? open[axis] ?? 1)];
        const data = Float32Array.from({ length: elementCount(lengths) }, (_, i) => Math.sin(i / 7));
        return [name, { shape: lengths, data }];
      }
      const length = fixedLength(shape[1]) ?? tokensOfText;
      const data = new Int32Array(texts * length).fill(name === 'input_ids' ? 0 : 1);
      if (name === 'input_ids') {
        // Different in every place, so that any token that a model may look at differs between the texts.
        data.forEach((_, i) => (data[i] = 1 + ((Math.floor(i / length) * 7 + (i % length) * 3) % 31)));
      }
      return [name, { shape: [texts, length], data }];
    }),
  );
}

/** The slope of the line through points, to five digits; null where they are not on one. */
function slope(xs: readonly number[], ys: readonly number[]): number | null {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const squares = xs.reduce((sum, each) => sum + (each - x) ** 2, 0);
  const products = xs.reduce((sum, each, i) => sum + (each - x) * (ys[i]! - y), 0);
  const found = products / squares;
  const residual = Math.max(...xs.map((each, i) => Math.abs(ys[i]! - y - found * (each - x))));
  const spread = Math.max(...ys) - Math.min(...ys);
  return Number.isFinite(found) && found > 0 && residual <= 0.01 * spread
    ? Number(found.toPrecision(5))
    : null;
}
