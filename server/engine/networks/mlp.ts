import { z } from 'zod';
import { leakyRelu } from '../graph/activations.ts';
import type { Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import { linear } from './linear.ts';
import { defineNetwork } from './network.ts';
import { normal, torchDefault } from './torchInitialisers.ts';

const params = z.strictObject({
  inputs: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(3072)
    .describe('Values of one input; 3·size² for square images of that size.'),
  width: z
    .int()
    .min(1)
    .max(65536)
    .default(512)
    .describe('Outputs of each layer, and columns of the embeddings.'),
  layers: z.int().min(1).max(1000).default(3).describe('Number of layers, each followed by the activation.'),
  activation: z
    .enum(['sigmoid', 'relu', 'leaky-relu', 'tanh', 'none'])
    .default('relu')
    .describe('Non-linearity after each layer; the slope of leaky-relu is 0.01.'),
  initialisation: z
    .enum(['normal', 'torch'])
    .default('normal')
    .describe(
      'Weights and biases: normal, N(0, 1/outputs) as in Theorem 1 and Fig. 2b of Liang et al.; or as PyTorch does, uniform on ±1/√inputs.',
    ),
});

/** Multi-layer perceptron (Liang et al. 2022, Fig. 2b: inputs 512, width 512, layers 25). */
export const mlp = defineNetwork({
  kind: 'mlp',
  title: 'Multi-layer perceptron',
  description: 'Fully connected layers of one width, each followed by the same non-linearity.',
  reference: 'Liang et al., NeurIPS 2022, §2.2 and Fig. 2b',
  params,
  input: ({ inputs }) => ({ kind: 'vector', length: inputs }),
  build: (chosen, builder, input) => mlpLayers(chosen, builder, input)[chosen.layers - 1]!,
});

/** Adds a perceptron to a graph; the output of each layer, after its activation: batch × width. */
export function mlpLayers(
  { width, layers, activation, initialisation }: z.output<typeof params>,
  builder: GraphBuilder,
  input: Tensor,
): Tensor[] {
  const outputs: Tensor[] = [];
  let x = input;
  for (let layer = 0; layer < layers; layer++) {
    const inputs = Number(x.shape[1]);
    const drawn = initialisation === 'normal' ? normal(1 / Math.sqrt(width)) : torchDefault(inputs);
    const names = { weight: `layers.${layer}.weight`, bias: `layers.${layer}.bias` };
    x = activated(builder, linear(builder, x, width, names, { weight: drawn, bias: drawn }), activation);
    outputs.push(x);
  }
  return outputs;
}

function activated(
  builder: GraphBuilder,
  x: Tensor,
  activation: z.output<typeof params>['activation'],
): Tensor {
  switch (activation) {
    case 'sigmoid':
      return builder.sigmoid(x);
    case 'relu':
      return builder.relu(x);
    case 'leaky-relu':
      return leakyRelu(builder, x);
    case 'tanh':
      return builder.tanh(x);
    case 'none':
      return x;
  }
}
