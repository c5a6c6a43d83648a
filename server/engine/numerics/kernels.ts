import { GraphBuilder } from '../graph/graphBuilder.ts';
import { encodeOnnxModel } from '../graph/onnxModel.ts';
import type { Device } from '../runtime/device.ts';
import type { RuntimeSession } from '../runtime/onnxRuntime.ts';
import { loadSession } from '../runtime/onnxRuntime.ts';
import type { Matrix } from './matrix.ts';
import { matrix } from './matrix.ts';
import { WorkerPool } from './workerPool.ts';

/**
 * The matrix arithmetic that is worth a device: generated graphs on ONNX Runtime, whose matrix product runs at the
 * speed of a BLAS on every device it has. Sessions are made at first use and shared by all that measure in a run.
 */
export class Kernels {
  readonly device: Device;
  readonly #threads: number | undefined;
  readonly #sessions = new Map<string, Promise<RuntimeSession>>();
  #pool: WorkerPool | undefined;

  constructor({ device, threads }: { device: Device; threads?: number }) {
    this.device = device;
    this.#threads = threads;
  }

  /** A·B: (n × k)·(k × m), float32. */
  async product(a: Matrix, b: Matrix): Promise<Matrix> {
    const session = await this.session('product', buildProduct);
    const { product } = await session.run({
      a: { shape: [a.rows, a.columns], data: a.data },
      b: { shape: [b.rows, b.columns], data: b.data },
    });
    return matrix(a.rows, b.columns, product!.data as Float32Array<ArrayBuffer>);
  }

  /**
   * The inner products of the rows of `a` (n × k) with the rows of `b` (m × k), A·Bᵀ, float32; for unit rows, their
   * cosines.
   *
   * @param into n × m values to write to, at its beginning; it may be larger.
   */
  async similarities(
    a: Matrix,
    b: Matrix,
    into: Float32Array<ArrayBuffer> = new Float32Array(a.rows * b.rows),
  ): Promise<Matrix> {
    const session = await this.session('similarities', buildSimilarities);
    const data = into.subarray(0, a.rows * b.rows);
    await session.run(
      { a: { shape: [a.rows, a.columns], data: a.data }, b: { shape: [b.rows, b.columns], data: b.data } },
      { similarities: { shape: [a.rows, b.rows], data } },
    );
    return matrix(a.rows, b.rows, data);
  }

  /** A session for a graph, made once for each name. Kernels of a single use keep their graph beside that use. */
  session(name: string, build: () => GraphBuilder): Promise<RuntimeSession> {
    let session = this.#sessions.get(name);
    if (session === undefined) {
      const model = encodeOnnxModel(build().build(), new Map());
      session = loadSession(model, {
        device: this.device,
        ...(this.#threads === undefined ? {} : { threads: this.#threads }),
      });
      this.#sessions.set(name, session);
    }
    return session;
  }

  /** Threads for work on the CPU that can be shared out, started at first use; null where another device computes. */
  pool(): WorkerPool | null {
    if (this.device !== 'cpu') return null;
    this.#pool ??= new WorkerPool();
    return this.#pool;
  }

  async dispose(): Promise<void> {
    await this.#pool?.dispose();
    this.#pool = undefined;
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.dispose()));
  }
}

function buildProduct(): GraphBuilder {
  const graph = new GraphBuilder('product');
  const a = graph.input('a', 'float32', ['n', 'k']);
  const b = graph.input('b', 'float32', ['k', 'm']);
  graph.output('product', graph.matmul(a, b));
  return graph;
}

function buildSimilarities(): GraphBuilder {
  const graph = new GraphBuilder('similarities');
  const a = graph.input('a', 'float32', ['n', 'k']);
  const b = graph.input('b', 'float32', ['m', 'k']);
  graph.output('similarities', graph.matmul(a, graph.transpose(b)));
  return graph;
}
