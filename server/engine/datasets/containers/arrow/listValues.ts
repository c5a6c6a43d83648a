import { InputError } from '../../../problems.ts';
import type { ArrowBuffers } from './arrowBuffers.ts';
import { firstBuffer, type NumberColumn } from './arrowColumns.ts';
import type { ArrowBatch } from './arrowFile.ts';

/** A part of a column within one batch. */
export interface BatchRows {
  readonly batch: ArrowBatch;
  readonly buffers: ArrowBuffers;
  /** In the batch. */
  readonly start: number;
  readonly count: number;
  /** What the first row of the batch is in the data, from 0. */
  readonly rowsBefore: number;
}

/** The lengths that the lists of a column have at each of its levels. */
export type ListLengths = readonly number[];

/**
 * The lengths of a column's lists, as the first row has them that is not null; undefined where a batch has no such row.
 *
 * @throws InputError `arrow-damaged`, `embedding-ragged`.
 */
export async function listLengths(
  column: NumberColumn,
  { batch, buffers }: Pick<BatchRows, 'batch' | 'buffers'>,
  file: string,
): Promise<ListLengths | undefined> {
  const lengths: number[] = [];
  let row = 0;
  const outer = await validity(
    column,
    { batch, buffers, start: 0, count: batch.rows, rowsBefore: 0 },
    0,
    file,
  );
  row = outer === null ? 0 : outer.indexOf(true);
  if (row < 0 || batch.rows === 0) return undefined;
  let at = row;
  for (const [depth, level] of column.levels.entries()) {
    if (level.length !== null) {
      lengths.push(level.length);
      at *= level.length;
      continue;
    }
    const [start, end] = await offsets(column, batch, buffers, depth, at, 1, file);
    if (start === end && depth < column.levels.length - 1) return undefined;
    lengths.push(end! - start!);
    at = start!;
  }
  return lengths;
}

/**
 * The values of rows of one batch, little-endian. Where floats or a row of them are null, they are NaN.
 *
 * @throws InputError `embedding-ragged`, `embedding-invalid`, `arrow-damaged`.
 */
export async function listValues(
  column: NumberColumn,
  lengths: ListLengths,
  rows: BatchRows,
  file: string,
): Promise<Uint8Array> {
  const perRow = lengths.reduce((product, length) => product * length, 1);
  const { bytes: width } = column.type;
  const values = new Uint8Array(rows.count * perRow * width);
  const isThere = await validity(column, rows, 0, file);
  for (let from = 0; from < rows.count;) {
    const there = isThere?.[from] ?? true;
    let to = from + 1;
    while (to < rows.count && (isThere?.[to] ?? true) === there) to++;
    const target = values.subarray(from * perRow * width, to * perRow * width);
    const part = { ...rows, start: rows.start + from, count: to - from };
    if (there) await readLevel(column, lengths, part, 0, part.start, part.count, target, file);
    else fillNull(column, target, rows.rowsBefore + part.start, file);
    from = to;
  }
  return values;
}

/** Reads `count` lists of a level from the `start`-th on, and all within them. */
async function readLevel(
  column: NumberColumn,
  lengths: ListLengths,
  rows: BatchRows,
  depth: number,
  start: number,
  count: number,
  target: Uint8Array,
  file: string,
): Promise<void> {
  const level = column.levels[depth];
  if (level === undefined) {
    await readNumbers(column, rows, start, count, target, file);
    return;
  }
  const length = lengths[depth]!;
  let first = start * length;
  if (level.length === null) {
    const at = await offsets(column, rows.batch, rows.buffers, depth, start, count, file);
    first = at[0]!;
    for (let index = 0; index < count; index++) {
      const found = at[index + 1]! - at[index]!;
      if (found === length) continue;
      const perRow = lengths.slice(0, depth).reduce((product, each) => product * each, 1);
      const row = rows.rowsBefore + rows.start + Math.floor(index / perRow) + 1;
      throw new InputError(
        'embedding-ragged',
        `${file}, row ${row}: ${column.name} has ${found} numbers, expected ${length} as in the first row`,
        { file },
      );
    }
  }
  const inner = depth + 1;
  if (inner < column.levels.length) {
    const isThere = await validity(column, { ...rows, start: first, count: count * length }, inner, file);
    if (isThere?.includes(false) === true) {
      throw new InputError('embedding-invalid', `${file}: ${column.name} has NULL for a list within a row`, {
        file,
      });
    }
  }
  await readLevel(column, lengths, rows, inner, first, count * length, target, file);
}

async function readNumbers(
  column: NumberColumn,
  rows: BatchRows,
  start: number,
  count: number,
  target: Uint8Array,
  file: string,
): Promise<void> {
  const { batch, buffers } = rows;
  const depth = column.levels.length;
  const { bytes: width } = column.type;
  const node = batch.nodes[column.position.node + depth];
  const part = await buffers.part(
    batch,
    buffersOfLevel(column, batch, depth) + 1,
    start * width,
    count * width,
  );
  if (part === null || node === undefined || start + count > node.length) throw damaged(column, file);
  target.set(part);
  const isThere = await validity(column, { ...rows, start, count }, depth, file);
  if (isThere?.includes(false) !== true) return;
  const perRow = count / rows.count;
  for (let index = 0; index < count; index++) {
    if (isThere[index]!) continue;
    const row = rows.rowsBefore + rows.start + Math.floor(index / perRow);
    fillNull(column, target.subarray(index * width, (index + 1) * width), row, file);
  }
}

/** NaN for what is not there, so that the row is treated as one that has no direction. */
function fillNull({ name, type }: NumberColumn, target: Uint8Array, row: number, file: string): void {
  if (!type.name.startsWith('float')) {
    throw new InputError('embedding-invalid', `${file}, row ${row + 1}: ${name} is NULL or has NULL in it`, {
      file,
    });
  }
  // All bits but the sign: not a number, in every width.
  for (let at = 0; at < target.length; at++) target[at] = at % type.bytes === type.bytes - 1 ? 0x7f : 0xff;
}

/** Whether each of some values of a level is there; null where all are. */
async function validity(
  column: NumberColumn,
  { batch, buffers, start, count }: BatchRows,
  depth: number,
  file: string,
): Promise<boolean[] | null> {
  const index = buffersOfLevel(column, batch, depth);
  if (batch.nodes[column.position.node + depth]?.nullCount === 0 || buffers.isEmpty(batch, index))
    return null;
  const first = start >> 3;
  const bits = await buffers.part(batch, index, first, ((start + count + 7) >> 3) - first);
  if (bits === null) throw damaged(column, file);
  return Array.from({ length: count }, (_, item) => {
    const at = start + item;
    return ((bits[(at >> 3) - first]! >> (at & 7)) & 1) === 1;
  });
}

/** `count` + 1 offsets of a level's lists. */
async function offsets(
  column: NumberColumn,
  batch: ArrowBatch,
  buffers: ArrowBuffers,
  depth: number,
  start: number,
  count: number,
  file: string,
): Promise<number[]> {
  const width = column.levels[depth]!.offsetBytes!;
  const index = buffersOfLevel(column, batch, depth) + 1;
  const part = await buffers.part(batch, index, start * width, (count + 1) * width);
  const node = batch.nodes[column.position.node + depth];
  const child = batch.nodes[column.position.node + depth + 1];
  if (part === null || node === undefined || child === undefined || start + count > node.length) {
    throw damaged(column, file);
  }
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const found = Array.from({ length: count + 1 }, (_, item) =>
    width === 4 ? view.getInt32(item * 4, true) : Number(view.getBigInt64(item * 8, true)),
  );
  const isRising = found.every((offset, item) => offset >= (found[item - 1] ?? 0) && offset <= child.length);
  if (!isRising) throw damaged(column, file);
  return found;
}

/** The index of the first buffer of a level: its bits of what is there; of lists of any length, offsets follow. */
function buffersOfLevel(column: NumberColumn, batch: ArrowBatch, depth: number): number {
  const before = column.levels
    .slice(0, depth)
    .reduce((sum, { length }) => sum + (length === null ? 2 : 1), 0);
  return firstBuffer(column.position, batch) + before;
}

function damaged({ name }: NumberColumn, file: string): InputError {
  return new InputError(
    'arrow-damaged',
    `${file}: the buffers of the column ${name} are shorter than its rows need, or cannot be decompressed: the file is damaged`,
    { file },
  );
}
