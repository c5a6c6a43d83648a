import { InputError } from '../../problems.ts';
import type { ByteRange } from '../byteRange.ts';

/** A block of an array: `count[a]` indices of axis a from `offset[a]` on. */
export interface Slab {
  readonly offset: readonly number[];
  readonly count: readonly number[];
}

/** An array of which blocks can be read. */
export interface SlabArray {
  readonly shape: readonly number[];
  readonly bytesPerValue: number;
  /** As `NumberArray.rowsTogether`. */
  readonly rowsTogether: number;
  read(slab: Slab): Promise<Uint8Array>;
}

/** Bytes that are read at once at most, where rows are stored together. */
const LARGEST_BAND_BYTES = 2 ** 25;

/**
 * The values of an array as a range of bytes, row-major. Reading follows the order of values, so that what is stored
 * together is read at once and kept for what comes next: a chunk is not decompressed for each of its rows.
 *
 * @param where How messages name the array.
 */
export function slabRange(array: SlabArray, where: string, file: string): ByteRange {
  const { shape, bytesPerValue } = array;
  const values = shape.reduce((product, length) => product * length, 1);
  const most = Math.floor(LARGEST_BAND_BYTES / bytesPerValue);
  const band = bandOf(array);
  let kept: { readonly first: number; readonly bytes: Uint8Array } | undefined;

  /** `count` values from the `first`-th on, without the bands. */
  const readRun = async (first: number, count: number, target: Uint8Array): Promise<void> => {
    let done = 0;
    for (const slab of slabsOfRun(shape, first, count)) {
      const bytes = await array.read(slab);
      const expected = slab.count.reduce((product, length) => product * length, bytesPerValue);
      if (bytes.length !== expected) {
        throw new InputError(
          'container-damaged',
          `${where}: a block of ${expected} bytes has ${bytes.length}: the file is damaged`,
          { file },
        );
      }
      target.set(bytes, done);
      done += bytes.length;
    }
  };

  return {
    size: values * bytesPerValue,
    sequential: false,
    async read(position, target) {
      const end = position / bytesPerValue + target.length / bytesPerValue;
      for (let at = position / bytesPerValue, take = 0; at < end; at += take) {
        const start = at - (at % band);
        const stop = Math.min(start + band, values);
        const left = end - at;
        const isWhole = at === start && left >= stop - start;
        // Bands that are asked for whole are not kept, and as many as may be are read at once.
        if (isWhole) take = end === values ? left : left - (left % band);
        else take = Math.min(end, stop) - at;
        if (isWhole) take = Math.min(take, Math.max(stop - start, most - (most % band)));
        const part = target.subarray(at * bytesPerValue - position, (at + take) * bytesPerValue - position);
        if (isWhole) await readRun(at, take, part);
        else {
          if (kept?.first !== start) {
            const bytes = new Uint8Array((stop - start) * bytesPerValue);
            await readRun(start, stop - start, bytes);
            kept = { first: start, bytes };
          }
          part.set(kept.bytes.subarray((at - start) * bytesPerValue, (at - start + take) * bytesPerValue));
        }
      }
    },
  };
}

/** Values of a band: whole rows that are stored together, as far as that is no more than can be kept. */
function bandOf({ shape, bytesPerValue, rowsTogether }: SlabArray): number {
  const columns = shape.at(-1) ?? 1;
  const most = Math.max(1, Math.floor(LARGEST_BAND_BYTES / bytesPerValue / columns));
  const rows = Math.max(1, Math.min(rowsTogether, most));
  return Math.max(1, rows * columns);
}

/** The blocks that a run of neighbouring values is made of, in their order. */
export function slabsOfRun(shape: readonly number[], first: number, count: number): Slab[] {
  if (count <= 0) return [];
  if (shape.length === 0) return [{ offset: [], count: [] }];
  const [, ...rest] = shape;
  const inner = rest.reduce((product, length) => product * length, 1);
  const within = (index: number, from: number, taken: number): Slab[] =>
    slabsOfRun(rest, from, taken).map((slab) => ({
      offset: [index, ...slab.offset],
      count: [1, ...slab.count],
    }));
  const start = Math.floor(first / inner);
  const skipped = first - start * inner;
  if (skipped > 0 || count < inner) {
    const taken = Math.min(count, inner - skipped);
    return [...within(start, skipped, taken), ...slabsOfRun(shape, first + taken, count - taken)];
  }
  const whole = Math.floor(count / inner);
  const slab = { offset: [start, ...rest.map(() => 0)], count: [whole, ...rest] };
  return [slab, ...slabsOfRun(shape, first + whole * inner, count - whole * inner)];
}
