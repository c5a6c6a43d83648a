import { matrix, type Matrix } from '../../numerics/matrix.ts';
import type { FeatureName, Features } from './sentenceModule.ts';

/** Embeddings under one of their names, as rows: those of all tokens one below the other. */
export function valuesOf(features: Features, name: FeatureName): Matrix {
  if (name === 'token_embeddings') {
    const { rows, tokens, columns, data } = features.tokens;
    return matrix(rows * tokens, columns, new Float32Array(data));
  }
  if (features.sentence === null) throw new Error('No module gave sentence embeddings');
  return features.sentence;
}

/** The features with others under a name, in as many rows. */
export function withValues(features: Features, name: FeatureName, values: Matrix): Features {
  if (name === 'sentence_embedding') return { ...features, sentence: values };
  return { ...features, tokens: { ...features.tokens, columns: values.columns, data: values.data } };
}
