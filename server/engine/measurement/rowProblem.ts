import { InputError } from '../problems.ts';

/** What names a row in an error: the modality, the file, the row's number from 0 and its id where it has one. */
export interface RowName {
  readonly modality: string;
  readonly file: string;
  readonly row: number;
  readonly id?: string | undefined;
}

/**
 * Why a row has no direction: `non-finite-row` for NaN or infinity, with the first offending column, `zero-row` for
 * zeros alone. The message counts rows from 1 and columns from 0, as numpy's own indices of a dimension.
 */
export function rowProblem(values: Float32Array, { modality, file, row, id }: RowName): InputError {
  const name = `row ${row + 1}${id === undefined ? '' : ` (${id})`} of modality "${modality}"`;
  const column = values.findIndex((value) => !Number.isFinite(value));
  return column >= 0
    ? new InputError(
        'non-finite-row',
        `${name} holds ${describeValue(values[column]!)} in column ${column}; embeddings must be finite numbers`,
        { file },
      )
    : new InputError(
        'zero-row',
        `${name} is all zeros and has no direction; cosines need rows with a positive norm`,
        { file },
      );
}

/** Rows are read as float32, where larger numbers of a wider format are infinite. */
function describeValue(value: number): string {
  return Number.isNaN(value) ? 'NaN' : `${value} or a number beyond float32, which ends at 3.4e38,`;
}
