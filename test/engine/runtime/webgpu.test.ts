import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Graph } from '../../../server/engine/graph/graph.ts';
import { initialParameters } from '../../../server/engine/graph/initialParameters.ts';
import { clipText } from '../../../server/engine/networks/clipText.ts';
import { networkGraph } from '../../../server/engine/networks/network.ts';
import { vit } from '../../../server/engine/networks/vit.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { tryDevices } from '../../../server/engine/runtime/chooseDevice.ts';
import type { Device } from '../../../server/engine/runtime/device.ts';
import { startProbe } from '../../../server/engine/runtime/deviceProbe.ts';
import { startGraph } from '../../../server/engine/runtime/graphSession.ts';
import type { TensorValue } from '../../../server/engine/runtime/onnxRuntime.ts';
import { hasSoftwareVulkan, softwareVulkan } from './softwareVulkan.ts';

// No GPU is needed: the driver computes on the CPU, about a thousand times more slowly than the CPU itself.

const size = { width: 16, layers: 1, heads: 2, dimension: 8 };
const images = networkGraph(vit, vit.params.parse({ ...size, imageSize: 16, patchSize: 8 }));
const texts = networkGraph(clipText, clipText.params.parse({ ...size, vocabulary: 20, context: 6 }));
const random = new Random(0);
const pixels = random.stream('pixels').fillNormal(new Float32Array(2 * 3 * 16 * 16));
const tokens = Int32Array.from({ length: 12 }, (_, index) => (index * 7) % 20);

async function embeddings(graph: Graph, input: TensorValue, device: Device): Promise<Float32Array> {
  const values = initialParameters(graph, random);
  const model = await startGraph(graph, values, { device, name: graph.name });
  try {
    const { embedding } = await model.run({ input }, ['embedding']);
    return embedding!.data as Float32Array;
  } finally {
    await model.dispose();
  }
}

describe.skipIf(!hasSoftwareVulkan)('WebGPU on a software driver', () => {
  beforeEach(async () => {
    for (const [name, value] of Object.entries(await softwareVulkan())) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ['images', images, { shape: [2, 3, 16, 16], data: pixels }],
    ['texts', texts, { shape: [2, 6], data: tokens }],
  ])('embeds %s as the CPU does', async (_, graph, input) => {
    const [found, expected] = [
      await embeddings(graph, input, 'webgpu'),
      await embeddings(graph, input, 'cpu'),
    ];
    expect(found.length).toBe(16);
    const differences = found.map((value, index) => Math.abs(value - expected[index]!));
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    // It was another implementation that computed.
    expect(found).not.toEqual(expected);
  });

  it('is refused by auto, for its speed and not for its results', async () => {
    const trial = { start: startProbe, platform: process.platform, milliseconds: 250_000 };
    const { device, reasons } = await tryDevices('auto', trial);
    expect([device, reasons.at(-1)!.device]).toEqual(['cpu', 'webgpu']);
    expect(reasons.at(-1)!.reason).toMatch(/^slower than the CPU: \S+ s against \S+ s$/);
  });
});
