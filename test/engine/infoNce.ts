/** Both directions of the contrastive loss of each pair. */
export interface ReferenceLosses {
  readonly firstToSecond: readonly number[];
  readonly secondToFirst: readonly number[];
}

type Rows = readonly (readonly number[])[];

/**
 * InfoNCE by its definition, in float64: −log softmax of each right answer among all of its batch.
 *
 * @param x rows, of any length other than zero; row i belongs to row i of `y`.
 */
export function infoNce(x: Rows, y: Rows, logitScale: number, batchSize: number): ReferenceLosses {
  const firstToSecond: number[] = [];
  const secondToFirst: number[] = [];
  for (let start = 0; start + batchSize <= x.length; start += batchSize) {
    const batchX = x.slice(start, start + batchSize);
    const batchY = y.slice(start, start + batchSize);
    const logits = batchX.map((a) => batchY.map((b) => logitScale * cosine(a, b)));
    for (let i = 0; i < batchSize; i++) {
      const right = logits[i]![i]!;
      firstToSecond.push(logSumExp(logits[i]!) - right);
      secondToFirst.push(logSumExp(logits.map((row) => row[i]!)) - right);
    }
  }
  return { firstToSecond, secondToFirst };
}

/** Rows with a multiple of a direction added. */
export function moved(rows: Rows, direction: ArrayLike<number>, amount: number): number[][] {
  return rows.map((row) => row.map((value, k) => value + amount * direction[k]!));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    product += a[k]! * b[k]!;
    squaresA += a[k]! ** 2;
    squaresB += b[k]! ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB);
}

function logSumExp(values: readonly number[]): number {
  const largest = values.reduce((a, b) => Math.max(a, b));
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
