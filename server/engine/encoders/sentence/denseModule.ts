import { join } from 'node:path';
import { z } from 'zod';
import { dot } from '../../numerics/dot.ts';
import { matrix, row, type Matrix } from '../../numerics/matrix.ts';
import { readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';
import { activations } from './activations.ts';
import { valuesOf, withValues } from './featureValues.ts';
import type { ListedModule } from './modulesFile.ts';
import { readModuleWeights } from './moduleWeights.ts';
import type { SentenceModule } from './sentenceModule.ts';

const features = z.int().min(1).max(1_000_000);
const featureName = z.enum(['sentence_embedding', 'token_embeddings']);
const schema = z.strictObject({
  in_features: features,
  out_features: features,
  bias: z.boolean().default(true),
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
  module_input_name: featureName.default('sentence_embedding'),
  module_output_name: featureName.nullish(),
  use_residual: z.boolean().default(false),
});

/**
 * A layer act(W·x + b), of the sentence's embedding unless its file says of the tokens'; with `use_residual`, x is added,
 * by way of a matrix of its own where the dimensions differ.
 *
 * @param folder of the model, absolute.
 * @throws InputError as `readCheckpointJson` and `readModuleWeights`; `checkpoint-config` for an activation that is not
 * known.
 */
export async function denseModule(folder: string, { path, name }: ListedModule): Promise<SentenceModule> {
  const { file, content } = await readCheckpointJson(folder, `${path}/config.json`, schema);
  const { in_features: from, out_features: to, bias, module_input_name: input } = content;
  const activationName = /^torch\.nn\.(?:modules\.\w+\.)?(\w+)$/.exec(content.activation_function)?.[1] ?? '';
  const activate = Object.hasOwn(activations, activationName) ? activations[activationName] : undefined;
  if (activate === undefined) {
    throw unusable(
      file,
      'activation_function',
      `found ${content.activation_function.slice(0, 100)}; known are ${Object.keys(activations).join(', ')} of torch.nn`,
    );
  }
  const hasProjection = content.use_residual && from !== to;
  const { hash, tensors } = await readModuleWeights(join(folder, path), {
    'linear.weight': [to, from],
    ...(bias && { 'linear.bias': [to] }),
    ...(hasProjection && { 'residual.weight': [to, from] }),
  });
  const weight = matrix(to, from, new Float32Array(tensors['linear.weight']!));
  const offset = tensors['linear.bias'] ?? new Float32Array(to);
  const projection = hasProjection ? matrix(to, from, new Float32Array(tensors['residual.weight']!)) : null;
  const output = content.module_output_name ?? input;
  return {
    label: `${path} (${name})`,
    summary: `dense ${from} → ${to}${activationName === 'Identity' ? '' : ` with ${activationName}`}`,
    changesDirection: true,
    identity: ['dense', activationName, content.use_residual, input, output, hash],
    input,
    output,
    takes: from,
    gives: () => to,
    pooling: null,
    apply(given) {
      const values = valuesOf(given, input);
      const out = product(values, weight);
      for (let r = 0; r < out.rows; r++) {
        const [x, y] = [row(values, r), row(out, r)];
        for (let c = 0; c < to; c++) {
          const residual =
            projection !== null ? dot(x, row(projection, c)) : content.use_residual ? x[c]! : 0;
          y[c] = activate(y[c]! + offset[c]!) + residual;
        }
      }
      return withValues(given, output, out);
    },
  };
}

/** Each row times the transpose of the weights. */
function product(values: Matrix, weight: Matrix): Matrix {
  const out = matrix(values.rows, weight.rows);
  for (let r = 0; r < out.rows; r++) {
    const x = row(values, r);
    const y = row(out, r);
    for (let c = 0; c < weight.rows; c++) y[c] = dot(x, row(weight, c));
  }
  return out;
}
