import { InputError } from '../problems.ts';

/** What names a row in an error: the modality, the file, and the sample's id where there is one. */
export interface RowNaming {
  readonly modality: string;
  readonly file: string;
  /** Row number in the data of the first row given, from 0. */
  readonly firstRow: number;
  idOf?(row: number): string | undefined;
}

/**
 * Divides each row by its L2 norm, in place. Squares are summed in float64.
 *
 * @param values `rows × columns`, row-major.
 * @throws InputError `zero-row` for a row without direction, `non-finite-row` for NaN or infinity; both name the
 *   row (from 1), the sample's id and the first offending column.
 */
export function normalizeRows(values: Float32Array, rows: number, columns: number, naming: RowNaming): void {
  for (let row = 0, start = 0; row < rows; row++, start += columns) {
    let squares = 0;
    for (let i = start; i < start + columns; i++) {
      const value = values[i]!;
      squares += value * value;
    }
    if (!(squares > 0 && squares < Infinity)) {
      rejectRow(values.subarray(start, start + columns), naming, row);
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = start; i < start + columns; i++) values[i] = values[i]! * scale;
  }
}

function rejectRow(row: Float32Array, naming: RowNaming, offset: number): never {
  const index = naming.firstRow + offset;
  const id = naming.idOf?.(index);
  const name = `row ${index + 1}${id === undefined ? '' : ` (${id})`} of modality "${naming.modality}"`;
  const column = row.findIndex((value) => !Number.isFinite(value));
  if (column >= 0) {
    throw new InputError(
      'non-finite-row',
      `${name} holds ${row[column]!} in column ${column}; embeddings must be finite numbers`,
      { file: naming.file },
    );
  }
  throw new InputError(
    'zero-row',
    `${name} is all zeros and has no direction; cosines need rows with a positive norm`,
    { file: naming.file },
  );
}
