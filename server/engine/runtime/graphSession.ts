import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph, ParameterValues } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import { encodeOnnxModel, writeOnnxModel } from '../graph/onnxModel.ts';
import type { RuntimeSession, SessionOptions } from './onnxRuntime.ts';
import { loadSession } from './onnxRuntime.ts';

/**
 * From this many parameters on (64 MiB) a model goes through a file that ONNX Runtime maps: for the 88 million of
 * ViT-B/32 that takes a quarter of the time and half of the memory of a model in memory, which also ends at 2 GiB.
 */
const largeModel = 2 ** 24;

/**
 * Loads a graph with its parameters.
 *
 * @throws RangeError when a parameter's value is missing or has another number of entries.
 * @throws InputError `device-unavailable` when the device is not there.
 */
export async function loadGraph(
  graph: Graph,
  values: ParameterValues,
  options: SessionOptions,
): Promise<RuntimeSession> {
  const count = graph.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
  if (count < largeModel) return loadSession(encodeOnnxModel(graph, values), options);

  const folder = await mkdtemp(join(tmpdir(), 'modality-gap-model-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'model.onnx');
    await writeOnnxModel(graph, values, path);
    const session = await loadSession(path, options);
    // Most systems let a mapped file be removed. Windows does not: there the folder goes with the session.
    await removeFolder().catch(() => undefined);
    return {
      ...session,
      async dispose() {
        await session.dispose();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
