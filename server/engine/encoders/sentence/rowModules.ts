import { join } from 'node:path';
import { z } from 'zod';
import { dot } from '../../numerics/dot.ts';
import { matrix, row, type Matrix } from '../../numerics/matrix.ts';
import { isCheckpointFile, readCheckpointJson } from '../checkpoint/checkpointFile.ts';
import { valuesOf, withValues } from './featureValues.ts';
import type { ListedModule } from './modulesFile.ts';
import { readModuleWeights } from './moduleWeights.ts';
import type { FeatureName, SentenceModule } from './sentenceModule.ts';

const featureName = z.enum(['sentence_embedding', 'token_embeddings']);
const normalizeSchema = z.strictObject({
  module_input_name: featureName.default('sentence_embedding'),
  module_output_name: featureName.nullish(),
});
/** What torch divides by at least. */
const smallestNorm = 1e-12;

/**
 * Brings embeddings to unit length.
 *
 * @param folder of the model, absolute.
 * @throws InputError as `readCheckpointJson`, for a file that need not be there.
 */
export async function normalizeModule(folder: string, module: ListedModule): Promise<SentenceModule> {
  const isConfigured = await isCheckpointFile(join(folder, module.path), 'config.json');
  const { module_input_name: input, module_output_name: output } = isConfigured
    ? (await readCheckpointJson(folder, `${module.path}/config.json`, normalizeSchema)).content
    : normalizeSchema.parse({});
  return rowModule(module, input, output ?? input, {
    summary: 'normalised',
    changesDirection: false,
    identity: ['normalize', input, output],
    takes: null,
    ofRow: (x) => {
      const norm = Math.max(Math.sqrt(dot(x, x)), smallestNorm);
      return x.map((value) => value / norm);
    },
  });
}

const layerNormSchema = z.strictObject({ dimension: z.int().min(1).max(1_000_000) });
const epsilon = 1e-5;

/**
 * Layer normalisation of the sentence's embedding (Ba et al. 2016).
 *
 * @param folder of the model, absolute.
 * @throws InputError as `readCheckpointJson` and `readModuleWeights`.
 */
export async function layerNormModule(folder: string, module: ListedModule): Promise<SentenceModule> {
  const { content } = await readCheckpointJson(folder, `${module.path}/config.json`, layerNormSchema);
  const { dimension } = content;
  const { hash, tensors } = await readModuleWeights(join(folder, module.path), {
    'norm.weight': [dimension],
    'norm.bias': [dimension],
  });
  const [scale, shift] = [tensors['norm.weight']!, tensors['norm.bias']!];
  return rowModule(module, 'sentence_embedding', 'sentence_embedding', {
    summary: 'layer norm',
    changesDirection: true,
    identity: ['layer-norm', hash],
    takes: dimension,
    ofRow(x) {
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
      const deviation = Math.sqrt(variance + epsilon);
      return x.map((value, c) => ((value - mean) / deviation) * scale[c]! + shift[c]!);
    },
  });
}

/** Dropout, which does nothing outside of training. */
export function dropoutModule(module: ListedModule): SentenceModule {
  return {
    ...rowModule(module, 'sentence_embedding', 'sentence_embedding', {
      summary: null,
      changesDirection: false,
      identity: 'dropout',
      takes: null,
      ofRow: (x) => x,
    }),
    apply: (features) => features,
  };
}

interface RowFunction extends Pick<SentenceModule, 'summary' | 'changesDirection' | 'identity' | 'takes'> {
  /** Of float64, so that a function's own sums are. */
  readonly ofRow: (x: Float64Array) => Float64Array;
}

/** A module that makes a row of each row, of as many columns. */
function rowModule(
  { path, name }: ListedModule,
  input: FeatureName,
  output: FeatureName,
  { ofRow, ...facts }: RowFunction,
): SentenceModule {
  return {
    ...facts,
    label: `${path} (${name})`,
    input,
    output,
    gives: (columns) => columns,
    pooling: null,
    apply(features) {
      const values = valuesOf(features, input);
      const out: Matrix = matrix(values.rows, values.columns);
      for (let r = 0; r < out.rows; r++) row(out, r).set(ofRow(Float64Array.from(row(values, r))));
      return withValues(features, output, out);
    },
  };
}
