import type { Graph, ParameterValues } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graphBuilder.ts';
import { initialParameters } from '../graph/initialParameters.ts';
import { clipText } from '../networks/clipText.ts';
import { vit } from '../networks/vit.ts';
import { Random } from '../numerics/random.ts';
import type { Device } from './device.ts';
import { startGraph } from './graphSession.ts';
import type { ModelProcess } from './modelProcess.ts';
import type { TensorValue } from './onnxRuntime.ts';

const image = vit.params.parse({
  imageSize: 112,
  patchSize: 16,
  width: 512,
  layers: 1,
  dimension: 64,
});

const text = clipText.params.parse({
  vocabulary: 64,
  context: 16,
  width: 64,
  layers: 1,
  dimension: 64,
});

/** The names of the probe's outputs. */
export const probeOutputs = ['images', 'texts'] as const;

let probe: { readonly graph: Graph; readonly values: ParameterValues } | undefined;

/** Starts a small image and a small text network, always the same ones, in a process on a device. */
export function startProbe(device: Device, signal?: AbortSignal): Promise<ModelProcess> {
  probe ??= buildProbe();
  return startGraph(probe.graph, probe.values, { device, name: 'a network that tries the device', signal });
}

function buildProbe(): NonNullable<typeof probe> {
  const builder = new GraphBuilder('probe');
  const { imageSize } = image;
  const pixels = builder.input('pixels', 'float32', ['batch', 3, imageSize, imageSize]);
  const tokens = builder.input('tokens', 'int32', ['batch', text.context]);
  builder.output('images', vit.build(image, builder, pixels));
  builder.output('texts', clipText.build(text, builder, tokens));
  const graph = builder.build();
  return { graph, values: initialParameters(graph, new Random(0).stream('device probe')) };
}

/**
 * What the probe is fed with. A batch of 32 is 10 billion multiplications and additions: enough for a device to make up
 * for the cost of reaching it.
 */
export function probeFeeds(batch: number): Record<string, TensorValue> {
  const random = new Random(0).stream('device probe inputs');
  const pixels = new Float32Array(batch * 3 * image.imageSize ** 2);
  const tokens = Int32Array.from(
    { length: batch * text.context },
    (_, index) => (index * 7) % text.vocabulary,
  );
  return {
    pixels: {
      shape: [batch, 3, image.imageSize, image.imageSize],
      data: random.fillNormal(pixels, 0, 1),
    },
    tokens: { shape: [batch, text.context], data: tokens },
  };
}
