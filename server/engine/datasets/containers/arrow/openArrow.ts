import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../../problems.ts';
import { someOf } from '../../../someOf.ts';
import { fileRange } from '../../byteRange.ts';
import { openRegularFile } from '../../regularFile.ts';
import type { Container, ContainerArray, ContainerSource } from '../container.ts';
import { ArrowBuffers } from './arrowBuffers.ts';
import { columnsOf, type NumberColumn, type OtherColumn } from './arrowColumns.ts';
import { readArrowFile, type ArrowBatch, type ArrowFile } from './arrowFile.ts';
import { huggingFaceShards, isFolder } from './huggingFaceFolder.ts';
import { listLengths, listValues, type ListLengths } from './listValues.ts';

/** A batch among those of all files. */
interface PlacedBatch {
  readonly file: string;
  readonly batch: ArrowBatch;
  /** Rows in all batches before it. */
  readonly rowsBefore: number;
}

/** A column of numbers, or of lists that all have the same lengths. */
interface ReadColumn {
  readonly column: NumberColumn;
  readonly lengths: ListLengths;
  readonly buffers: ArrowBuffers;
}

/**
 * Opens an Arrow file, or the files of a dataset of Hugging Face's library: each column of lists of numbers is an array.
 *
 * @throws InputError `arrow-rows` when no column is, `arrow-columns` when files of a dataset differ, and those of
 *   `readArrowFile`, `huggingFaceShards` and `listLengths`.
 */
export async function openArrow({ path, split }: ContainerSource): Promise<Container> {
  const isDataset = await isFolder(path);
  const paths = isDataset ? await huggingFaceShards(path, split) : [path];
  const handles: FileHandle[] = [];
  const close = async () => {
    await Promise.all(handles.map((handle) => handle.close()));
  };
  try {
    const files: (ArrowFile & { readonly file: string })[] = [];
    for (const file of paths) {
      const { handle, size } = await openRegularFile(file);
      handles.push(handle);
      files.push({ file, ...(await readArrowFile(fileRange(handle, file, 0, size), file)) });
    }
    const columns = columnsOf(files[0]!.schema);
    for (const { file, schema } of files.slice(1)) checkColumns(columns, columnsOf(schema), file);
    const batches = placed(files);
    const rows = (batches.at(-1)?.rowsBefore ?? 0) + (batches.at(-1)?.batch.rows ?? 0);
    if (!columns.some((column) => column.kind === 'numbers' && column.levels.length > 0))
      throw noLists(path, columns, isDataset);
    const read = new Map<number, ReadColumn>();
    const arrays = await Promise.all(
      columns.map(async (column, index): Promise<ContainerArray> => {
        const { name } = column;
        if (column.kind === 'other') {
          return { name, type: null, description: column.description, shape: [rows] };
        }
        const buffers = new ArrowBuffers();
        const lengths = await lengthsOf(column, batches, buffers);
        if (lengths === undefined) {
          return {
            name,
            type: null,
            description: `lists of ${column.type.name}, none of which is there`,
            shape: [rows],
          };
        }
        read.set(index, { column, lengths, buffers });
        return {
          name,
          type: column.type,
          shape: [rows, ...lengths],
          rowsTogether: rowsTogether(batches, lengths),
        };
      }),
    );
    return {
      arrays,
      notes: [],
      read: (index, offset, count) => readBlock(read.get(index)!, batches, offset, count),
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof InputError) throw error;
    throw new InputError(
      'arrow-damaged',
      `${path} cannot be read (${(error as Error).message}): it is damaged`,
      {
        file: path,
      },
    );
  }
}

function placed(files: readonly (ArrowFile & { readonly file: string })[]): PlacedBatch[] {
  let rowsBefore = 0;
  return files.flatMap(({ file, batches }) =>
    batches.map((batch) => {
      const place = { file, batch, rowsBefore };
      rowsBefore += batch.rows;
      return place;
    }),
  );
}

function checkColumns(
  first: readonly (NumberColumn | OtherColumn)[],
  others: readonly (NumberColumn | OtherColumn)[],
  file: string,
): void {
  const same = (one: NumberColumn | OtherColumn, other: NumberColumn | OtherColumn | undefined) =>
    JSON.stringify(one) === JSON.stringify(other);
  const different = first.find((column, index) => !same(column, others[index]));
  if (different === undefined && first.length === others.length) return;
  throw new InputError(
    'arrow-columns',
    `${file} has other columns than the first file of the dataset${different === undefined ? '' : `: ${different.name} is not the same there`}`,
    { file },
  );
}

function noLists(
  path: string,
  columns: readonly (NumberColumn | OtherColumn)[],
  isDataset: boolean,
): InputError {
  const found = columns.map(
    (column) => `${column.name} (${column.kind === 'other' ? column.description : column.type.name})`,
  );
  const convert = isDataset
    ? `datasets.load_from_disk('${path}').to_parquet('rows.parquet')`
    : `pandas.read_feather('${path}').to_parquet('rows.parquet')`;
  return new InputError(
    'arrow-rows',
    `${path} has no column of lists of numbers, so no embeddings: it has ${columns.length === 0 ? 'no columns' : someOf(found)}. Rows to embed, and embeddings with a number a column, are read from Parquet: ${convert}`,
    { file: path },
  );
}

async function lengthsOf(
  column: NumberColumn,
  batches: readonly PlacedBatch[],
  buffers: ArrowBuffers,
): Promise<ListLengths | undefined> {
  for (const { batch, file } of batches) {
    const lengths = await listLengths(column, { batch, buffers }, file);
    if (lengths !== undefined) return lengths;
  }
  return undefined;
}

/** Rows (of the last axis but one) of a batch, where its buffers are decompressed as a whole. */
function rowsTogether(batches: readonly PlacedBatch[], lengths: ListLengths): number {
  if (batches.every(({ batch }) => batch.compression === 'none')) return 1;
  const inner = lengths.slice(0, -1).reduce((product, length) => product * length, 1);
  return Math.max(...batches.slice(0, 1000).map(({ batch }) => batch.rows)) * inner;
}

/** The values of a block, which is some whole rows or a run of values within one. */
async function readBlock(
  { column, lengths, buffers }: ReadColumn,
  batches: readonly PlacedBatch[],
  offset: readonly number[],
  count: readonly number[],
): Promise<Uint8Array> {
  const [firstRow, rows] = [offset[0]!, count[0]!];
  const parts: Uint8Array[] = [];
  for (let at = batchAt(batches, firstRow), row = firstRow; row < firstRow + rows; at++) {
    const { batch, rowsBefore, file } = batches[at]!;
    const start = row - rowsBefore;
    const taken = Math.min(batch.rows - start, firstRow + rows - row);
    if (taken > 0)
      parts.push(
        await listValues(column, lengths, { batch, buffers, start, count: taken, rowsBefore }, file),
      );
    row += taken;
  }
  const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const size = count.reduce((product, length) => product * length, column.type.bytes);
  const before = offset.slice(1).reduce((sum, index, axis) => sum * lengths[axis]! + index, 0);
  return whole.length === size
    ? whole
    : whole.subarray(before * column.type.bytes, before * column.type.bytes + size);
}

/** The index of the batch that a row is in. */
function batchAt(batches: readonly PlacedBatch[], row: number): number {
  let [low, high] = [0, batches.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (batches[middle]!.rowsBefore <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
