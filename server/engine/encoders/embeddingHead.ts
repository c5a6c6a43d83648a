import type { Matrix } from '../numerics/matrix.ts';
import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import type { TensorInfo } from '../runtime/onnxRuntime.ts';
import { embeddingOutput, likelyOutputs, type ModelKind } from './embeddingOutput.ts';
import type { Pooling, TokenPool } from './pooling.ts';
import { poolTokens } from './pooling.ts';

/** How embeddings of items are made of what an ONNX model gives. */
export interface EmbeddingHead {
  /** What determines it beside the model: part of fingerprints. */
  readonly identity: unknown;
  /**
   * Chooses the output of the model.
   *
   * @param file How messages call the model, and the file that they are about.
   * @throws InputError `model-output` when none can be chosen, `model-pooling` when a pooling is asked for that it does
   * not take.
   */
  choose(file: string, outputs: readonly TensorInfo[]): HeadedOutput;
}

/** An output of a model, and what is made of it. */
export interface HeadedOutput {
  readonly output: string;
  /** A few words for reports on what is made of it. */
  readonly details: readonly string[];
  /** Where it holds embeddings of tokens. */
  readonly pool: TokenPool;
  /** What is done with embeddings of items that it holds itself; null for nothing. */
  readonly finish: ((embeddings: Matrix) => Matrix) | null;
}

/**
 * The embeddings that a model gives of items, or one of those of its tokens.
 *
 * @param output The one that the configuration names.
 * @param pooling The one that the configuration asks for.
 */
export function plainHead(
  content: Content,
  kind: ModelKind,
  { output, pooling }: { readonly output?: string | undefined; readonly pooling?: Pooling | undefined },
): EmbeddingHead {
  return {
    identity: [output ?? null, pooling ?? 'mean'],
    choose(file, outputs) {
      const chosen = embeddingOutput(file, outputs, likelyOutputs(content, kind), output);
      if (pooling !== undefined) expectTokens(file, outputs, chosen, pooling);
      const isOfTokens = outputs.find(({ name }) => name === chosen)?.shape.length === 3;
      return {
        output: chosen,
        details: isOfTokens ? [`${pooling ?? 'mean'} of tokens`] : [],
        pool: (tokens) => poolTokens(tokens, pooling ?? 'mean'),
        finish: null,
      };
    },
  };
}

/** @throws InputError `model-pooling` for an output that holds no embeddings of tokens. */
function expectTokens(file: string, outputs: readonly TensorInfo[], chosen: string, pooling: Pooling): void {
  const info = outputs.find(({ name }) => name === chosen);
  if (info?.shape.length !== 2) return;
  const ofTokens = outputs.filter(({ type, shape }) => type.startsWith('float') && shape.length === 3);
  throw new InputError(
    'model-pooling',
    `${file}: its output ${chosen} is one embedding an item, which pooling: ${pooling} does not change; ${
      ofTokens.length === 0
        ? 'take pooling away'
        : `take pooling away, or name an output of tokens as output: ${ofTokens.map(({ name }) => name).join(', ')}`
    }`,
    { file },
  );
}
