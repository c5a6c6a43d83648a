import type { ByteRange } from '../byteRange.ts';
import { decodeNumbers, type NumberType } from '../numberTypes.ts';

/** Bytes read at a time. */
const CHUNK_BYTES = 2 ** 20;
/** Values that lie closer than this are read with what lies between them. */
const CLOSE_BYTES = 4_096;

/** A matrix whose values lie at regular distances. Offset and strides count values. */
export interface StridedMatrix {
  readonly type: NumberType;
  readonly offset: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * Reads rows `start … start + count − 1` of a matrix, as float32, to the beginning of `target`: along the axis whose
 * values lie closer together, so that a transposed matrix costs a read a column. Memory stays bounded whatever the
 * strides.
 *
 * @param bytes Aligned so that `offset` counts from their beginning; read in any order.
 */
export async function readStridedRows(
  bytes: ByteRange,
  { type, offset, columns, rowStride, columnStride }: StridedMatrix,
  start: number,
  count: number,
  target: Float32Array,
): Promise<void> {
  const first = offset + start * rowStride;
  if (columnStride <= rowStride || count === 1) {
    for (let row = 0; row < count; row++) {
      const into = { target, start: row * columns, step: 1 };
      await readStrided(bytes, type, first + row * rowStride, columnStride, columns, into);
    }
    return;
  }
  for (let column = 0; column < columns; column++) {
    const into = { target, start: column, step: columns };
    await readStrided(bytes, type, first + column * columnStride, rowStride, count, into);
  }
}

/** Reads `count` values at a distance of `stride` from one another. */
async function readStrided(
  bytes: ByteRange,
  type: NumberType,
  first: number,
  stride: number,
  count: number,
  into: { readonly target: Float32Array; readonly start: number; readonly step: number },
): Promise<void> {
  const isClose = stride * type.bytes <= CLOSE_BYTES;
  const perChunk = isClose ? Math.max(1, Math.floor(CHUNK_BYTES / (Math.max(1, stride) * type.bytes))) : 1;
  for (let done = 0; done < count; done += perChunk) {
    const wanted = Math.min(perChunk, count - done);
    const span = (wanted - 1) * stride + 1;
    const stored = new Uint8Array(span * type.bytes);
    await bytes.read((first + done * stride) * type.bytes, stored);
    const values = new Float32Array(span);
    decodeNumbers(type, stored, values);
    for (let i = 0; i < wanted; i++) into.target[into.start + (done + i) * into.step] = values[i * stride]!;
  }
}
