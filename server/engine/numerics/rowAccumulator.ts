import { rowKernel } from './wasm/rowKernel.ts';

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  getSquares(): number;
  normalizeAndSum(values: number, rows: number, columns: number, sums: number, flags: number): number;
  hashRows(values: number, rows: number, columns: number, hashes: number): void;
}

/**
 * Scales rows to length 1 and sums them, chunk by chunk, in float64. Chunks are read straight into one of two buffers
 * of its own, so that one can be filled while the other is worked on.
 */
export class RowAccumulator {
  readonly columns: number;
  readonly #kernel: KernelExports;
  readonly #chunks: readonly [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
  readonly #flags: Uint8Array;
  readonly #sums: Float64Array;
  readonly #hashes: Uint32Array;

  constructor(columns: number, rowsPerChunk: number) {
    this.columns = columns;
    // Sound while rowKernel.as.ts exports these, which the tests run.
    this.#kernel = new WebAssembly.Instance(rowKernel()).exports as unknown as KernelExports;
    const { memory } = this.#kernel;
    const start = memory.buffer.byteLength;
    const chunkLength = rowsPerChunk * columns;
    // Sums come first, where addresses are multiples of 16.
    const hashStart = start + Math.ceil(columns / 2) * 16;
    const chunkStart = hashStart + Math.ceil(rowsPerChunk / 2) * 16;
    const flagStart = chunkStart + 2 * chunkLength * 4;
    memory.grow(Math.ceil((flagStart + rowsPerChunk - start) / 65_536));
    this.#sums = new Float64Array(memory.buffer, start, columns);
    this.#hashes = new Uint32Array(memory.buffer, hashStart, 2 * rowsPerChunk);
    this.#chunks = [
      new Float32Array(memory.buffer, chunkStart, chunkLength),
      new Float32Array(memory.buffer, chunkStart + chunkLength * 4, chunkLength),
    ];
    this.#flags = new Uint8Array(memory.buffer, flagStart, rowsPerChunk);
  }

  /** The buffer that rows are read into; 0 or 1. */
  chunk(parity: number): Float32Array<ArrayBuffer> {
    return this.#chunks[parity]!;
  }

  /**
   * Hashes the first `rows` rows of a buffer as they are: equal hashes mean equal bits, but for one pair of different
   * rows in 1.8e19.
   *
   * @returns two halves of 32 bits a row; valid until the next call.
   */
  hash(parity: number, rows: number): Uint32Array {
    this.#kernel.hashRows(this.#chunks[parity]!.byteOffset, rows, this.columns, this.#hashes.byteOffset);
    return this.#hashes.subarray(0, 2 * rows);
  }

  /**
   * Scales the first `rows` rows of a buffer to length 1, in place, and adds those that count to the sums.
   *
   * @param counts whether a row of the chunk is to be summed; all are unless given.
   * @returns the first row whose norm is zero or not finite; −1 when there is none.
   */
  normalize(parity: number, rows: number, counts?: (row: number) => boolean): number {
    for (let row = 0; row < rows; row++) this.#flags[row] = counts === undefined || counts(row) ? 1 : 0;
    const { byteOffset } = this.#chunks[parity]!;
    return this.#kernel.normalizeAndSum(
      byteOffset,
      rows,
      this.columns,
      this.#sums.byteOffset,
      this.#flags.byteOffset,
    );
  }

  /** Sum of the rows so far, one entry a column. */
  get sum(): Float64Array {
    return this.#sums.slice();
  }

  /** Σ‖x‖² of the rows so far: their number, up to float32 rounding. */
  get squares(): number {
    return this.#kernel.getSquares();
  }
}
