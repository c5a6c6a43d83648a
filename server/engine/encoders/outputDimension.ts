import type { TensorInfo } from '../runtime/onnxRuntime.ts';
import type { EmbeddingHead } from './embeddingHead.ts';
import { embeddingAxes } from './embeddingOutput.ts';
import { dimensionAfter, type SentenceModel } from './sentence/sentenceModel.ts';

/** The last axis of an output of an ONNX model that holds embeddings; null where the model leaves it open. */
export function outputLength(outputs: readonly TensorInfo[], name: string): number | null {
  const { shape } = outputs.find((output) => output.name === name)!;
  const axes = shape.slice(1);
  if (axes.some((length) => typeof length !== 'number')) {
    const last = shape.length === 2 || shape.length === 3 ? shape.at(-1) : undefined;
    return typeof last === 'number' && last > 1 ? last : null;
  }
  return embeddingAxes(axes as number[], null).at(-1) ?? null;
}

/**
 * Columns of the embeddings that are made of an ONNX model's output, as its shape and the modules of a sentence model say
 * before it is started; null where they do not.
 *
 * @param file How messages call the model.
 * @param sentence Null for a model whose modules are not followed.
 * @throws InputError as `EmbeddingHead.choose` does; `model-module` where the output does not fit the modules.
 */
export function outputDimension(
  file: string,
  outputs: readonly TensorInfo[],
  head: EmbeddingHead,
  sentence: SentenceModel | null,
): number | null {
  const { output, finish } = head.choose(file, outputs);
  const length = outputLength(outputs, output);
  const isOfTokens = outputs.find(({ name }) => name === output)?.shape.length === 3;
  const isFollowed = sentence !== null && (isOfTokens || finish !== null);
  return isFollowed ? dimensionAfter(file, sentence, length) : (length ?? sentence?.dimension ?? null);
}
