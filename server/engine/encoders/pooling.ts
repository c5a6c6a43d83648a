import { z } from 'zod';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row } from '../numerics/matrix.ts';

export const poolings = ['mean', 'first', 'last'] as const;

/** How the embeddings of tokens become one: their mean, or that of the first or last token that is no padding. */
export type Pooling = (typeof poolings)[number];

export const poolingParam = z
  .enum(poolings)
  .default('mean')
  .describe(
    'For models that embed every token: `mean` of them, the `first` (a class token), or the `last`. Padding is left out.',
  );

/**
 * One embedding a row from those of its tokens.
 *
 * @param data rows × tokens × columns.
 * @param mask rows × tokens, 0 for padding; null where there is none.
 */
export function poolTokens(
  data: Float32Array,
  { rows, tokens, columns }: { readonly rows: number; readonly tokens: number; readonly columns: number },
  pooling: Pooling,
  mask: Int32Array | null,
): Matrix {
  const pooled = matrix(rows, columns);
  // A model may have fewer tokens than its input: patches, or frames of sound.
  const usable = mask?.length === rows * tokens ? mask : null;
  for (let r = 0; r < rows; r++) {
    const kept = Array.from({ length: tokens }, (_, t) => t).filter((t) => usable?.[r * tokens + t] !== 0);
    const chosen = pooling === 'mean' ? kept : [pooling === 'first' ? kept[0] : kept.at(-1)];
    const sums = new Float64Array(columns);
    for (const token of chosen) {
      const start = (r * tokens + (token ?? 0)) * columns;
      for (let c = 0; c < columns; c++) sums[c]! += data[start + c]!;
    }
    const target = row(pooled, r);
    for (let c = 0; c < columns; c++) target[c] = sums[c]! / Math.max(1, chosen.length);
  }
  return pooled;
}

export const outputParam = z
  .string()
  .min(1)
  .optional()
  .describe(
    'The output of the model that holds the embeddings. Left out, it is told by its name: `image_embeds`, `text_embeds`, `pooler_output`, `last_hidden_state` and the like.',
  );
