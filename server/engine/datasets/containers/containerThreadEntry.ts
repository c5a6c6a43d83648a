import { parentPort } from 'node:worker_threads';
import { InputError } from '../../problems.ts';
import type {
  Container,
  ContainerKind,
  ContainerRequest,
  ContainerResponse,
  ContainerSource,
} from './container.ts';

// The entry of the thread that reads containers, with libraries that are never loaded elsewhere.

const openers: Readonly<Record<ContainerKind, (source: ContainerSource) => Promise<Container>>> = {
  hdf5: async (source) => (await import('./hdf5/openHdf5.ts')).openHdf5(source),
  arrow: async (source) => (await import('./arrow/openArrow.ts')).openArrow(source),
  zarr: async (source) => (await import('./zarr/openZarr.ts')).openZarr(source),
};
const containers = new Map<number, Container>();
let lastContainer = 0;

parentPort!.on('message', (request: ContainerRequest) => {
  void answer(request);
});

async function answer(request: ContainerRequest): Promise<void> {
  const { id } = request;
  try {
    const result = await resultOf(request);
    const response: ContainerResponse = { id, result };
    const transferred = result instanceof Uint8Array ? [result.buffer as ArrayBuffer] : [];
    parentPort!.postMessage(response, transferred);
  } catch (error) {
    const response: ContainerResponse =
      error instanceof InputError
        ? { id, problem: { code: error.code, message: error.message } }
        : { id, failure: error instanceof Error ? error.message : String(error) };
    parentPort!.postMessage(response);
  }
}

async function resultOf(request: ContainerRequest) {
  switch (request.ask) {
    case 'open': {
      const opened = await openers[request.kind](request.source);
      const container = ++lastContainer;
      containers.set(container, opened);
      return { container, arrays: opened.arrays, notes: opened.notes };
    }
    case 'read': {
      const values = await containers
        .get(request.container)!
        .read(request.index, request.offset, request.count);
      // What is transferred may share its memory with nothing that stays. A copy: of a Buffer, `slice` is a view, and the
      // memory that small ones share cannot be transferred.
      return values.byteLength === values.buffer.byteLength ? values : new Uint8Array(values);
    }
    case 'close': {
      const container = containers.get(request.container);
      containers.delete(request.container);
      await container?.close();
      return null;
    }
  }
}
