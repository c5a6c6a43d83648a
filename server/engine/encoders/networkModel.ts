import type { Graph, ParameterValues } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import type { Device } from '../runtime/device.ts';
import { startGraph } from '../runtime/graphSession.ts';
import type { EmbeddingModel } from './encoder.ts';
import type { Precision } from './inferenceParams.ts';
import { poolTokens } from './pooling.ts';
import { processModel } from './processModel.ts';

export interface NetworkModelOptions {
  /** How messages call the model. */
  readonly name: string;
  readonly device: Device;
  readonly precision: Precision;
}

/**
 * Starts a network's graph, from its one input to the output `embedding`, as a model that embeds.
 *
 * @throws InputError and OutOfMemory as `startModel`.
 */
export async function startNetwork(
  graph: Graph,
  values: ParameterValues,
  { name, device, precision }: NetworkModelOptions,
): Promise<EmbeddingModel> {
  const process = await startGraph(graph, values, { name, device, precision });
  return processModel(process, { name, output: 'embedding', pool: (tokens) => poolTokens(tokens, 'mean') });
}

/** Columns of the embeddings that a network gives. */
export function networkDimension(graph: Graph): number {
  return Number(graph.outputs[0]!.tensor.shape[1]);
}

/** A network for reports: `CLIP vision transformer, 87.85 M parameters, 512 dimensions, on cpu`. */
export function describeNetwork(
  title: string,
  graph: Graph,
  { device, precision }: Omit<NetworkModelOptions, 'name'>,
  details: readonly string[] = [],
): string {
  const count = graph.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
  return [
    title,
    ...details,
    `${(count / 1e6).toFixed(2)} M parameters`,
    `${networkDimension(graph)} dimensions`,
    ...(precision === 'fp32' ? [] : [precision]),
    `on ${device}`,
  ].join(', ');
}
