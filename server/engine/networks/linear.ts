import type { Initialiser, Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';

/**
 * x·Wᵀ + b over the last axis, W of shape outputs × inputs as PyTorch's `Linear` stores it.
 *
 * @param names the parameters' names in the checkpoint.
 */
export function linear(
  builder: GraphBuilder,
  x: Tensor,
  outputs: number,
  names: { weight: string; bias: string },
  initialisers: { weight: Initialiser; bias: Initialiser },
): Tensor {
  const weight = builder.parameter(names.weight, [outputs, Number(x.shape.at(-1))], initialisers.weight);
  const bias = builder.parameter(names.bias, [outputs], initialisers.bias);
  return builder.add(builder.matmul(x, builder.transpose(weight)), bias);
}
