import type { ByteRange } from '../../byteRange.ts';
import { swapBytes } from '../../floatTypes.ts';
import { decodeBytes, withoutSum } from './byteCodecs.ts';
import type { ChunkFormat, ZarrArray } from './zarrMetadata.ts';
import type { ZarrStore } from './zarrStore.ts';

/** An index of 2⁶⁴ − 1: the chunk of a shard is not there. */
const ABSENT = 2n ** 64n - 1n;
/** Indices of shards that are kept. */
const KEPT_INDICES = 64;
const LARGEST_INDEX = 2 ** 24;
/** What a compressor and checksums may add to a chunk. */
const LONGEST_HEADER = 2 ** 16;

/** What is wrong with a chunk, in a form that a message can go on with. */
export class ChunkError extends Error {}

/** Reads blocks of an array by its units: chunks, or of shards the chunks in them. */
export class ZarrValues {
  /** The shape of a unit. */
  readonly unit: readonly number[];
  readonly #array: ZarrArray;
  readonly #store: ZarrStore;
  /** The key of the array's folder, with `/` at its end; empty at the top. */
  readonly #prefix: string;
  /** By the key of a shard. */
  readonly #indices = new Map<string, DataView | null>();

  constructor(store: ZarrStore, prefix: string, array: ZarrArray) {
    this.#store = store;
    this.#prefix = prefix;
    this.#array = array;
    const { content, order, shape } = array.chunk;
    this.unit =
      content.kind === 'values' ? shape : shape.map((_, axis) => content.inner.shape[order.indexOf(axis)]!);
  }

  /** How many chunks or shards there could be, and how many are there. */
  chunks(): { readonly possible: number; readonly present: number } {
    const { shape, chunk, keyOf } = this.#array;
    const grid = shape.map((length, axis) => Math.ceil(length / chunk.shape[axis]!));
    const possible = grid.reduce((product, length) => product * length, 1);
    if (possible > this.#store.keys.size) {
      const inside = [...this.#store.keys].filter(
        (key) =>
          key.startsWith(this.#prefix) && /^(c[/.])?\d+([/.]\d+)*$/.test(key.slice(this.#prefix.length)),
      );
      return { possible, present: inside.length };
    }
    let present = 0;
    for (const place of placesWithin(
      grid.map(() => 0),
      grid,
    )) {
      if (this.#store.keys.has(this.#prefix + keyOf(place))) present++;
    }
    return { possible, present };
  }

  /**
   * The values of a block, row-major and little-endian.
   *
   * @throws ChunkError when a chunk is damaged.
   */
  async read(offset: readonly number[], count: readonly number[]): Promise<Uint8Array> {
    const { bytes: width } = this.#array.type;
    const target = new Uint8Array(count.reduce((product, length) => product * length, width));
    const first = offset.map((index, axis) => Math.floor(index / this.unit[axis]!));
    const end = offset.map((index, axis) => Math.ceil((index + count[axis]!) / this.unit[axis]!));
    for (const place of placesWithin(first, end)) {
      const values = await this.#readUnit(place);
      copyOverlap(values, this.unit, place, target, offset, count, width);
    }
    return target;
  }

  async #readUnit(place: readonly number[]): Promise<Uint8Array> {
    const { chunk, keyOf, type } = this.#array;
    const { bytes: width } = type;
    const { content } = chunk;
    const perChunk = chunk.shape.map((length, axis) => length / this.unit[axis]!);
    const key = this.#prefix + keyOf(place.map((index, axis) => Math.floor(index / perChunk[axis]!)));
    if (!this.#store.keys.has(key)) return this.#filled();
    if (content.kind === 'values') {
      const stored = await this.#store.withBytes(key, (bytes) => readWhole(key, bytes, chunk.shape, width));
      return await this.#decode(stored, chunk, chunk.order, key);
    }
    const inside = chunk.order.map((axis) => place[axis]! % perChunk[axis]!);
    const grid = chunk.order.map((axis) => perChunk[axis]!);
    const stored = await this.#store.withBytes(key, async (bytes) => {
      const index = await this.#shardIndex(key, bytes, grid, content);
      const at = inside.reduce((sum, item, axis) => sum * grid[axis]! + item, 0);
      const [start, length] = [index.getBigUint64(at * 16, true), index.getBigUint64(at * 16 + 8, true)];
      if (start === ABSENT && length === ABSENT) return null;
      if (start + length > BigInt(bytes.size)) throw new ChunkError(`the index of ${key} leads out of it`);
      return await readRange(bytes, Number(start), Number(length));
    });
    if (stored === null) return this.#filled();
    const order = content.inner.order.map((axis) => chunk.order[axis]!);
    return await this.#decode(stored, content.inner, order, key);
  }

  /** Values as they are stored to values as they are read. `order` is that of the stored axes in the array's. */
  async #decode(
    stored: Uint8Array,
    { codecs, content }: ChunkFormat,
    order: readonly number[],
    key: string,
  ): Promise<Uint8Array> {
    const { bytes: width } = this.#array.type;
    const size = this.unit.reduce((product, length) => product * length, width);
    const bytes = await decodeBytes(codecs, stored, size);
    if (bytes === null) {
      throw new ChunkError(
        `the chunk ${key} cannot be decompressed to the ${size} bytes that it should have`,
      );
    }
    // Swapped in place: what is decoded may be what was read.
    if (content.kind === 'values' && content.bigEndian && width > 1) {
      swapBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), width as 2 | 4 | 8);
    }
    return order.every((axis, index) => axis === index) ? bytes : inOwnOrder(bytes, this.unit, order, width);
  }

  async #shardIndex(
    key: string,
    bytes: ByteRange,
    grid: readonly number[],
    { indexAtStart, indexHasSum }: Extract<ChunkFormat['content'], { kind: 'shard' }>,
  ): Promise<DataView> {
    const kept = this.#indices.get(key);
    if (kept) return kept;
    const size = grid.reduce((product, length) => product * length, 16) + (indexHasSum ? 4 : 0);
    if (size > bytes.size || size > LARGEST_INDEX) throw new ChunkError(`${key} is too short for its index`);
    const stored = await readRange(bytes, indexAtStart ? 0 : bytes.size - size, size);
    const index = indexHasSum ? withoutSum(stored) : stored;
    if (index === null) throw new ChunkError(`the checksum of the index of ${key} does not fit`);
    if (this.#indices.size === KEPT_INDICES) this.#indices.clear();
    const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
    this.#indices.set(key, view);
    return view;
  }

  #filled(): Uint8Array {
    const { fill } = this.#array;
    const values = new Uint8Array(this.unit.reduce((product, length) => product * length, fill.length));
    if (fill.some((byte) => byte !== 0)) {
      for (let at = 0; at < values.length; at += fill.length) values.set(fill, at);
    }
    return values;
  }
}

/** The bytes of a chunk, which compressors make longer by little. */
async function readWhole(
  key: string,
  bytes: ByteRange,
  shape: readonly number[],
  width: number,
): Promise<Uint8Array> {
  const size = shape.reduce((product, length) => product * length, width);
  if (bytes.size > 2 * size + LONGEST_HEADER) {
    throw new ChunkError(`the chunk ${key} has ${bytes.size} bytes, for values of ${size}`);
  }
  return await readRange(bytes, 0, bytes.size);
}

async function readRange(bytes: ByteRange, position: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length);
  await bytes.read(position, target);
  return target;
}

/** The places of a grid from `first` to before `end`, the last axis fastest. */
function* placesWithin(first: readonly number[], end: readonly number[]): Generator<readonly number[]> {
  if (first.some((index, axis) => index >= end[axis]!)) return;
  const place = [...first];
  for (;;) {
    yield [...place];
    let axis = place.length - 1;
    while (axis >= 0 && ++place[axis]! >= end[axis]!) {
      place[axis] = first[axis]!;
      axis--;
    }
    if (axis < 0) return;
  }
}

/** Values of axes in another order to the array's own, row-major. */
function inOwnOrder(
  bytes: Uint8Array,
  shape: readonly number[],
  order: readonly number[],
  width: number,
): Uint8Array {
  // What a step along each of the array's axes is in the stored values.
  const steps = shape.map(() => 0);
  let step = width;
  for (const axis of order.toReversed()) {
    steps[axis] = step;
    step *= shape[axis]!;
  }
  const values = new Uint8Array(bytes.length);
  let at = 0;
  for (const place of placesWithin(
    shape.map(() => 0),
    shape,
  )) {
    const from = place.reduce((sum, index, axis) => sum + index * steps[axis]!, 0);
    for (let byte = 0; byte < width; byte++) values[at++] = bytes[from + byte]!;
  }
  return values;
}

/** Copies what a unit has of a block into the block's values. */
function copyOverlap(
  values: Uint8Array,
  unit: readonly number[],
  place: readonly number[],
  target: Uint8Array,
  offset: readonly number[],
  count: readonly number[],
  width: number,
): void {
  const first = unit.map((length, axis) => Math.max(0, offset[axis]! - place[axis]! * length));
  const end = unit.map((length, axis) =>
    Math.min(length, offset[axis]! + count[axis]! - place[axis]! * length),
  );
  const last = unit.length - 1;
  const run = last < 0 ? 1 : end[last]! - first[last]!;
  // The last axis is copied at once.
  const rows = placesWithin(first, last < 0 ? end : [...end.slice(0, last), first[last]! + 1]);
  for (const row of rows) {
    const from = row.reduce((sum, index, axis) => sum * unit[axis]! + index, 0);
    const to = row.reduce(
      (sum, index, axis) => sum * count[axis]! + index + place[axis]! * unit[axis]! - offset[axis]!,
      0,
    );
    target.set(values.subarray(from * width, (from + run) * width), to * width);
  }
}
