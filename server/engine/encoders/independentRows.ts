import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row, rowRange } from '../numerics/matrix.ts';

/** How a model embeds rows of equal shapes. */
export interface RowBatches<Row> {
  /** The number of rows that it must be given at a time; null where it takes any. */
  readonly fixed: number | null;
  /** Fewer rows are filled up with copies. */
  readonly smallest: number;
  /** One embedding a row, in order. */
  readonly embed: (rows: readonly Row[]) => Promise<Matrix>;
  /** A row that is unlike one, of the same shapes. */
  readonly other: (like: Row) => Row;
}

/**
 * Whether the rows of a model depend on their batches, found out while embedding. Most do not, to the bit, from a batch
 * of two on: ONNX Runtime sums in another order where the first of several axes has one entry, and shares a convolution
 * of one row out to threads. But a model may take a scale, a mean or an order from all of its batch.
 */
export class BatchDependence {
  /** By size of rows, in powers of two: how work is shared out depends on it. */
  readonly #verdicts = new Map<number, boolean>();

  /** Whether rows of any size were found to depend on their batches. */
  get wasFound(): boolean {
    return [...this.#verdicts.values()].includes(true);
  }

  /**
   * Embeds rows so that none depends on the others: together where the first of their size were found not to, else alone.
   *
   * @param size How much is in a row, the same in every row of the batch.
   */
  async embed<Row>(rows: readonly Row[], size: number, batches: RowBatches<Row>): Promise<Matrix> {
    const sizeClass = Math.floor(Math.log2(size));
    const verdict = this.#verdicts.get(sizeClass);
    if (verdict === true) return embedAlone(rows, batches);
    const together = await embedTogether(rows, batches);
    if (verdict === false) return together;
    const depends = await dependOnBatch(rows, together, batches);
    this.#verdicts.set(sizeClass, depends);
    return depends ? embedAlone(rows, batches) : together;
  }
}

/** Embeds rows in as few batches as the model allows. */
export async function embedTogether<Row>(
  rows: readonly Row[],
  { fixed, smallest, embed }: RowBatches<Row>,
): Promise<Matrix> {
  const size = fixed ?? Math.max(smallest, rows.length);
  let all: Matrix | null = null;
  for (let start = 0; start < rows.length; start += size) {
    // A model exported for one size of batch is given that, the last one filled up with copies.
    const batch = Array.from({ length: size }, (_, i) => rows[Math.min(start + i, rows.length - 1)]!);
    const embedded = await embed(batch);
    all ??= matrix(rows.length, embedded.columns);
    const end = Math.min(start + size, rows.length);
    rowRange(all, start, end).data.set(rowRange(embedded, 0, end - start).data);
  }
  return all!;
}

/** Embeds every row by itself; with copies of it, where the model must be given several. */
export async function embedAlone<Row>(
  rows: readonly Row[],
  { fixed, embed }: RowBatches<Row>,
): Promise<Matrix> {
  let all: Matrix | null = null;
  for (const [index, each] of rows.entries()) {
    const embedded = await embed(Array<Row>(fixed ?? 1).fill(each));
    all ??= matrix(rows.length, embedded.columns);
    row(all, index).set(row(embedded, 0));
  }
  return all!;
}

/**
 * Embeds the first row once more with copies of itself, and the last one in another place with another row, in batches
 * of another size.
 */
async function dependOnBatch<Row>(
  rows: readonly Row[],
  together: Matrix,
  batches: RowBatches<Row>,
): Promise<boolean> {
  if (batches.fixed === 1) return false;
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const size = Math.max(batches.smallest, rows.length) === 2 ? 3 : 2;
  const tries: readonly (readonly [readonly Row[], number, number])[] = [
    [Array<Row>(size).fill(first), 0, 0],
    [[...Array<Row>(size - 1).fill(batches.other(last)), last], size - 1, rows.length - 1],
  ];
  for (const [batch, place, of] of tries) {
    if (!sameBits(row(await embedTogether(batch, batches), place), row(together, of))) return true;
  }
  return false;
}

function sameBits(first: Float32Array, second: Float32Array): boolean {
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength).equals(
    Buffer.from(second.buffer, second.byteOffset, second.byteLength),
  );
}
