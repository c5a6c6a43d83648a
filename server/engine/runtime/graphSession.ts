import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph, ParameterValues } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import type { OnnxOptions } from '../graph/onnxModel.ts';
import { encodeOnnxModel, writeOnnxModel } from '../graph/onnxModel.ts';
import type { ModelProcess, ModelProcessOptions } from './modelProcess.ts';
import { startModel } from './modelProcess.ts';
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
 * @throws InputError `weights-float16` when a parameter does not fit into the range of float16.
 * @throws DeviceUnavailable when the device is not there.
 */
export async function loadGraph(
  graph: Graph,
  values: ParameterValues,
  options: SessionOptions & OnnxOptions,
): Promise<RuntimeSession> {
  const { loaded, removeFile } = await throughModel(graph, values, options, (model) =>
    loadSession(model, options),
  );
  return {
    ...loaded,
    async dispose() {
      await loaded.dispose();
      await removeFile();
    },
  };
}

/**
 * Loads a graph with its parameters in a process of its own.
 *
 * @throws RangeError when a parameter's value is missing or has another number of entries.
 * @throws InputError `weights-float16` when a parameter does not fit into the range of float16, and as `startModel` does.
 */
export async function startGraph(
  graph: Graph,
  values: ParameterValues,
  options: ModelProcessOptions & OnnxOptions,
): Promise<ModelProcess> {
  const { loaded, removeFile } = await throughModel(graph, values, options, (model) =>
    startModel(model, options),
  );
  return {
    ...loaded,
    async dispose() {
      await loaded.dispose();
      await removeFile();
    },
    async kill() {
      await loaded.kill();
      await removeFile();
    },
  };
}

/** Loads a graph as a model in memory, or in a private file where it is large. */
async function throughModel<Loaded>(
  graph: Graph,
  values: ParameterValues,
  options: OnnxOptions,
  load: (model: Uint8Array<ArrayBuffer> | string) => Promise<Loaded>,
): Promise<{ loaded: Loaded; removeFile: () => Promise<void> }> {
  const count = graph.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
  if (count < largeModel) {
    return {
      loaded: await load(encodeOnnxModel(graph, values, options)),
      removeFile: () => Promise.resolve(),
    };
  }
  const folder = await mkdtemp(join(tmpdir(), 'modality-gap-model-'));
  const removeFile = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'model.onnx');
    await writeOnnxModel(graph, values, path, options);
    const loaded = await load(path);
    // Most systems let a mapped file be removed. Windows does not: there it goes with what was loaded.
    await removeFile().catch(() => undefined);
    return { loaded, removeFile };
  } catch (error) {
    await removeFile();
    throw error;
  }
}
