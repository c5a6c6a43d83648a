/**
 * The cone effect of random weights on noise (Liang et al. 2022, Fig. 2a): mean and minimum of the off-diagonal
 * cosine at the paper's three architectures, over seeds that redraw weights and inputs, beside the paper's numbers.
 * The paper's minima are over the pairs of 5,000 inputs: over fewer inputs the minimum is higher.
 *
 *   npm run bench -- bench/randomNoiseCones.ts --seeds 5 --samples 256
 */
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { initialParameters } from '../server/engine/graph/initialParameters.ts';
import { clipText } from '../server/engine/networks/clipText.ts';
import type { NetworkDefinition, NetworkInput } from '../server/engine/networks/network.ts';
import { inputType, networkGraph } from '../server/engine/networks/network.ts';
import { resnet } from '../server/engine/networks/resnet.ts';
import { vit } from '../server/engine/networks/vit.ts';
import type { Matrix } from '../server/engine/numerics/matrix.ts';
import { matrix, row } from '../server/engine/numerics/matrix.ts';
import { Random } from '../server/engine/numerics/random.ts';
import { loadGraph } from '../server/engine/runtime/graphSession.ts';
import type { TensorValue } from '../server/engine/runtime/onnxRuntime.ts';

interface Cone {
  readonly mean: number;
  readonly min: number;
}

interface Case {
  readonly title: string;
  readonly paper: Cone;
  readonly network: NetworkDefinition;
  readonly params: Record<string, unknown>;
}

const cases: readonly Case[] = [
  {
    title: 'ResNet-18, before fc',
    paper: { mean: 0.99928, min: 0.9985 },
    network: resnet,
    params: { imageSize: 224 },
  },
  {
    title: 'CLIP ViT-B/32, image',
    paper: { mean: 0.9366, min: 0.8835 },
    network: vit,
    params: { imageSize: 224, patchSize: 32, width: 768, layers: 12, dimension: 512 },
  },
  {
    title: 'CLIP ViT-B/32, text',
    paper: { mean: 0.4112, min: -0.1416 },
    network: clipText,
    params: { vocabulary: 49408, context: 77, width: 512, layers: 12, dimension: 512 },
  },
];

const batchSize = 16;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '128' },
    only: { type: 'string', default: '' },
  },
});
const seeds = Number(values.seeds);
const samples = Number(values.samples);
console.log(`Off-diagonal cosine of ${samples} noise inputs; mean ± standard deviation over ${seeds} seeds`);
for (const { title, paper, network, params } of cases.filter((one) => one.title.includes(values.only))) {
  const cones: Cone[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const random = new Random(seed).stream(network.kind);
    cones.push(coneOf(await embedNoise(network, network.params.parse(params), random)));
  }
  console.log(
    `${title.padEnd(22)} mean ${summary(cones.map(({ mean }) => mean))} (paper ${paper.mean})` +
      `   min ${summary(cones.map(({ min }) => min))} (paper ${paper.min})`,
  );
}

async function embedNoise(
  network: NetworkDefinition,
  params: z.output<z.ZodObject>,
  random: Random,
): Promise<Matrix> {
  const graph = networkGraph(network, params);
  const weights = initialParameters(graph, random.stream('weights'));
  const session = await loadGraph(graph, weights, { device: 'cpu' });
  const chunks: Float32Array[] = [];
  const inputs = random.stream('inputs');
  for (let start = 0; start < samples; start += batchSize) {
    const count = Math.min(batchSize, samples - start);
    const { embedding } = await session.run({ input: noise(network.input(params), count, inputs) });
    chunks.push(embedding!.data as Float32Array);
  }
  await session.dispose();
  const columns = chunks[0]!.length / Math.min(batchSize, samples);
  const embeddings = matrix(samples, columns);
  chunks.forEach((chunk, index) => {
    embeddings.data.set(chunk, index * batchSize * columns);
  });
  return embeddings;
}

/** Standard normal pixels, or tokens that are uniform over the vocabulary, as in the paper's notebook. */
function noise(input: NetworkInput, count: number, random: Random): TensorValue {
  const shape = [count, ...inputType(input).shape];
  const length = shape.reduce((product, side) => product * side, 1);
  if (input.kind !== 'tokens') return { shape, data: random.fillNormal(new Float32Array(length)) };
  return { shape, data: Int32Array.from({ length }, () => random.integer(0, input.vocabulary)) };
}

function coneOf(embeddings: Matrix): Cone {
  let sum = 0;
  let min = 1;
  for (let i = 0; i < embeddings.rows; i++) {
    for (let j = 0; j < i; j++) {
      const cosine = cosineOf(row(embeddings, i), row(embeddings, j));
      sum += cosine;
      min = Math.min(min, cosine);
    }
  }
  return { mean: sum / ((embeddings.rows * (embeddings.rows - 1)) / 2), min };
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let k = 0; k < a.length; k++) {
    product += a[k]! * b[k]!;
    squareA += a[k]! * a[k]!;
    squareB += b[k]! * b[k]!;
  }
  return product / Math.sqrt(squareA * squareB);
}

function summary(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return `${mean.toFixed(5)} ± ${Math.sqrt(variance).toFixed(5)}`;
}
