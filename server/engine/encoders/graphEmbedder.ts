import type { Graph, ParameterValues } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import { matrix } from '../numerics/matrix.ts';
import type { Device } from '../runtime/device.ts';
import { loadGraph } from '../runtime/graphSession.ts';
import type { Encoder } from './encoder.ts';

/** The part of an encoder that a network is. */
export type GraphEmbedder = Pick<Encoder, 'dimension' | 'embed' | 'dispose'>;

/**
 * Loads the graph of a network, from the input `input` to the output `embedding`, to embed prepared items with.
 *
 * @throws InputError `device-unavailable` when the device is not there.
 */
export async function loadGraphEmbedder(
  graph: Graph,
  values: ParameterValues,
  device: Device,
): Promise<GraphEmbedder> {
  const session = await loadGraph(graph, values, { device });
  const { elementType, shape } = graph.inputs[0]!;
  const itemShape = shape.slice(1).map(Number);
  const dimension = Number(graph.outputs[0]!.tensor.shape[1]);
  const InputArray = elementType === 'float32' ? Float32Array : Int32Array;
  return {
    dimension,
    async embed(items) {
      const length = elementCount(itemShape);
      const data = new InputArray(items.length * length);
      items.forEach((item, index) => {
        data.set(item.input, index * length);
      });
      const embeddings = matrix(items.length, dimension);
      const target = { shape: [items.length, dimension], data: embeddings.data };
      await session.run({ input: { shape: [items.length, ...itemShape], data } }, { embedding: target });
      return embeddings;
    },
    dispose: () => session.dispose(),
  };
}
