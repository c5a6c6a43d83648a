import type { z } from 'zod';
import type { Graph, Tensor } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graphBuilder.ts';
import type { Problem } from '../problems.ts';

/** What a network takes for one item. */
export type NetworkInput =
  /** Float32 pixels 3 × size × size: red, green, blue planes, normalised. */
  | { readonly kind: 'image'; readonly size: number }
  /** Int32 tokens in [0, vocabulary); the end token is the highest of them. */
  | { readonly kind: 'tokens'; readonly context: number; readonly vocabulary: number }
  /** Float32 values. */
  | { readonly kind: 'vector'; readonly length: number };

/** An architecture: written once, as a graph of tensor operations. */
export interface NetworkDefinition<Params extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly reference: string;
  readonly params: Params;
  /** Problems that the parameters have with one another. `build` is called only when there is no error. */
  check?(params: z.output<Params>): Problem[];
  input(params: z.output<Params>): NetworkInput;
  /**
   * Adds the network to a graph: from a batch of inputs to a batch of embeddings (batch × dimension). Parameters are
   * named as in the architecture's published checkpoints.
   */
  build(params: z.output<Params>, builder: GraphBuilder, input: Tensor): Tensor;
}

/** Declares an architecture; one file declares one, and `registry.ts` lists it. */
export function defineNetwork<Params extends z.ZodObject>(
  definition: NetworkDefinition<Params>,
): NetworkDefinition<Params> {
  return definition;
}

/** The graph of a network alone: input `input`, output `embedding`, both with a symbolic first dimension `batch`. */
export function networkGraph<Params extends z.ZodObject>(
  network: NetworkDefinition<Params>,
  params: z.output<Params>,
): Graph {
  const builder = new GraphBuilder(network.kind);
  const { elementType, shape } = inputType(network.input(params));
  const input = builder.input('input', elementType, ['batch', ...shape]);
  builder.output('embedding', network.build(params, builder, input));
  return builder.build();
}

/** Element type and shape of one item of a network's input. */
export function inputType(input: NetworkInput): {
  elementType: 'float32' | 'int32';
  shape: readonly number[];
} {
  switch (input.kind) {
    case 'image':
      return { elementType: 'float32', shape: [3, input.size, input.size] };
    case 'tokens':
      return { elementType: 'int32', shape: [input.context] };
    case 'vector':
      return { elementType: 'float32', shape: [input.length] };
  }
}
