import type { Initialiser, Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import { linear } from './linear.ts';
import { zeros } from './torchInitialisers.ts';

export interface AttentionOptions {
  readonly heads: number;
  /** The distributions of the projections' weights; their biases are zero. */
  readonly initialisers: { readonly input: Initialiser; readonly output: Initialiser };
  /** Positions × positions, added to the scores. */
  readonly mask?: Tensor | undefined;
}

type Projected = readonly [queries: Tensor, keys: Tensor, values: Tensor];

/**
 * Multi-head self-attention as PyTorch's `MultiheadAttention` has it: one projection `<name>.in_proj_weight` to queries,
 * keys and values.
 *
 * @param x batch × positions × width.
 */
export function joinedAttention(
  builder: GraphBuilder,
  x: Tensor,
  name: string,
  options: AttentionOptions,
): Tensor {
  const { heads, initialisers } = options;
  const [batch, positions, width] = x.shape as [string | number, number, number];
  const projected = linear(
    builder,
    x,
    3 * width,
    { weight: `${name}.in_proj_weight`, bias: `${name}.in_proj_bias` },
    { weight: initialisers.input, bias: zeros },
  );
  // The columns are queries, keys and values, and within each the heads: batch × (3·heads) × positions × headWidth.
  const split = builder.transpose(
    builder.reshape(projected, [batch, positions, 3 * heads, width / heads]),
    [0, 2, 1, 3],
  );
  const parts = [0, 1, 2].map((part) =>
    builder.slice(split, 1, part * heads, (part + 1) * heads),
  ) as unknown as Projected;
  return attended(builder, parts, `${name}.out_proj`, options);
}

/**
 * Multi-head self-attention as Hugging Face's transformers have it: with the projections `<name>.q_proj`, `k_proj` and
 * `v_proj`.
 *
 * @param x batch × positions × width.
 */
export function separateAttention(
  builder: GraphBuilder,
  x: Tensor,
  name: string,
  options: AttentionOptions,
): Tensor {
  const { heads, initialisers } = options;
  const parts = ['q', 'k', 'v'].map((part) => {
    const names = { weight: `${name}.${part}_proj.weight`, bias: `${name}.${part}_proj.bias` };
    const biases = { weight: initialisers.input, bias: zeros };
    return inHeads(builder, linear(builder, x, Number(x.shape.at(-1)), names, biases), heads);
  }) as unknown as Projected;
  return attended(builder, parts, `${name}.out_proj`, options);
}

/**
 * One query that attends to all positions, with the parameters of PyTorch's `MultiheadAttention`.
 *
 * @param query batch × 1 × width.
 * @param x batch × positions × width.
 * @returns batch × 1 × width.
 */
export function queryAttention(
  builder: GraphBuilder,
  query: Tensor,
  x: Tensor,
  name: string,
  options: AttentionOptions,
): Tensor {
  const width = Number(x.shape.at(-1));
  const weight = builder.parameter(`${name}.in_proj_weight`, [3 * width, width], options.initialisers.input);
  const bias = builder.parameter(`${name}.in_proj_bias`, [3 * width], zeros);
  const parts = [query, x, x].map((from, part) => {
    const [start, end] = [part * width, (part + 1) * width];
    const matrix = builder.transpose(builder.slice(weight, 0, start, end));
    const projected = builder.add(builder.matmul(from, matrix), builder.slice(bias, 0, start, end));
    return inHeads(builder, projected, options.heads);
  }) as unknown as Projected;
  return attended(builder, parts, `${name}.out_proj`, options);
}

/** Batch × positions × width as batch × heads × positions × headWidth. */
function inHeads(builder: GraphBuilder, x: Tensor, heads: number): Tensor {
  const [batch, positions, width] = x.shape as [string | number, number, number];
  return builder.transpose(builder.reshape(x, [batch, positions, heads, width / heads]), [0, 2, 1, 3]);
}

/** softmax(QKᵀ/√headWidth + mask)·V of each head, and the projection of all heads together (Vaswani et al. 2017). */
function attended(
  builder: GraphBuilder,
  [queries, keys, values]: Projected,
  output: string,
  { heads, initialisers, mask }: AttentionOptions,
): Tensor {
  const [batch, , positions, headWidth] = queries.shape as [string | number, number, number, number];
  const width = heads * headWidth;
  const scaled = builder.multiply(queries, 1 / Math.sqrt(headWidth));
  const scores = builder.matmul(scaled, builder.transpose(keys));
  const weights = builder.softmax(mask ? builder.add(scores, mask) : scores, -1);
  const merged = builder.reshape(builder.transpose(builder.matmul(weights, values), [0, 2, 1, 3]), [
    batch,
    positions,
    width,
  ]);
  return linear(
    builder,
    merged,
    width,
    { weight: `${output}.weight`, bias: `${output}.bias` },
    { weight: initialisers.output, bias: zeros },
  );
}
