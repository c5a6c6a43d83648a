import type { Random } from '../numerics/random.ts';
import type { Graph, Initialiser, ParameterValues } from './graph.ts';
import { elementCount } from './graph.ts';

/**
 * Draws every parameter of a graph from its initial distribution, each from the stream of its name: a parameter's
 * values do not depend on which others there are.
 */
export function initialParameters(graph: Graph, random: Random): ParameterValues {
  return new Map(
    graph.parameters.map(({ name, shape, initialiser }) => [
      name,
      drawn(initialiser, new Float32Array(elementCount(shape)), random.stream(name)),
    ]),
  );
}

function drawn(initialiser: Initialiser, target: Float32Array, random: Random): Float32Array {
  switch (initialiser.kind) {
    case 'constant':
      return target.fill(initialiser.value);
    case 'normal':
      return random.fillNormal(target, 0, initialiser.deviation);
    case 'uniform':
      return random.fillUniform(target, -initialiser.bound, initialiser.bound);
  }
}
