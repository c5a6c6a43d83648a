import type { Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import { ones, zeros } from './torchInitialisers.ts';

/**
 * Layer normalisation over the last axis, with the parameters `<name>.weight` and `<name>.bias`.
 *
 * @param epsilon added to the variance.
 */
export function layerNormalised(builder: GraphBuilder, x: Tensor, name: string, epsilon: number): Tensor {
  const width = Number(x.shape.at(-1));
  const scale = builder.parameter(`${name}.weight`, [width], ones);
  const offset = builder.parameter(`${name}.bias`, [width], zeros);
  return builder.layerNormalisation(x, scale, offset, epsilon);
}
