import { z } from 'zod';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row } from '../numerics/matrix.ts';

export const poolings = ['mean', 'first', 'last', 'max', 'mean-sqrt', 'weighted-mean'] as const;

/**
 * How the embeddings of tokens become one: their mean, that of the first or last token, the largest value in each
 * dimension, the sum over the square root of their number, or the mean with the weights 1, 2, 3, … by place
 * (Muennighoff 2022, SGPT). Tokens that are padding do not count.
 */
export type Pooling = (typeof poolings)[number];

export const poolingParam = z
  .enum(poolings)
  .optional()
  .describe(
    'For models that embed every token: `mean` of them, the `first` (a class token), the `last`, the `max` in each dimension, `mean-sqrt`, their sum divided by the square root of their number, or `weighted-mean`, with weights that grow with the place. Padding is left out. Not given, it is what the `modules.json` of a sentence model says, and `mean` where there is none.',
  );

/** Embeddings of the tokens of a batch. */
export interface TokenEmbeddings {
  readonly rows: number;
  readonly tokens: number;
  readonly columns: number;
  /** rows × tokens × columns. */
  readonly data: Float32Array;
  /** rows × tokens, 0 for tokens that do not count; null where all do. */
  readonly mask: Int32Array | null;
}

/** Makes one embedding a row of those of its tokens. */
export type TokenPool = (embedded: TokenEmbeddings) => Matrix;

/** One embedding a row from those of its tokens; zeros where no token counts. */
export function poolTokens(embedded: TokenEmbeddings, pooling: Pooling): Matrix {
  const { rows, tokens, columns, mask } = embedded;
  const pooled = matrix(rows, columns);
  for (let r = 0; r < rows; r++) {
    const kept = Array.from({ length: tokens }, (_, t) => t).filter((t) => mask?.[r * tokens + t] !== 0);
    if (kept.length > 0) row(pooled, r).set(poolRow(embedded, r, kept, pooling));
  }
  return pooled;
}

/** @param kept Numbers of the tokens that count, in order; at least one. */
function poolRow(
  { tokens, columns, data }: TokenEmbeddings,
  r: number,
  kept: readonly number[],
  pooling: Pooling,
): ArrayLike<number> {
  const token = (t: number): Float32Array => {
    const start = (r * tokens + t) * columns;
    return data.subarray(start, start + columns);
  };
  switch (pooling) {
    case 'first':
      return token(kept[0]!);
    case 'last':
      return token(kept.at(-1)!);
    case 'max': {
      const largest = new Float32Array(columns).fill(-Infinity);
      for (const values of kept.map(token)) {
        for (let c = 0; c < columns; c++) largest[c] = Math.max(largest[c]!, values[c]!);
      }
      return largest;
    }
    case 'mean':
      return weightedSum(kept.map(token), () => 1, kept.length);
    case 'mean-sqrt':
      return weightedSum(kept.map(token), () => 1, Math.sqrt(kept.length));
    case 'weighted-mean': {
      const weights = kept.map((t) => t + 1);
      return weightedSum(
        kept.map(token),
        (i) => weights[i]!,
        weights.reduce((a, b) => a + b, 0),
      );
    }
  }
}

function weightedSum(
  vectors: readonly Float32Array[],
  weight: (index: number) => number,
  divisor: number,
): Float64Array {
  const sums = new Float64Array(vectors[0]!.length);
  for (const [i, values] of vectors.entries()) {
    const factor = weight(i);
    for (let c = 0; c < sums.length; c++) sums[c]! += factor * values[c]!;
  }
  return sums.map((sum) => sum / divisor);
}

export const outputParam = z
  .string()
  .min(1)
  .optional()
  .describe(
    'The output of the model that holds the embeddings. Left out, it is told by its name: `image_embeds`, `text_embeds`, `sentence_embedding`, `pooler_output`, `last_hidden_state` and the like.',
  );
