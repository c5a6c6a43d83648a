import type * as DuckDb from '@duckdb/node-api';

/** What the cells of a table's column hold, as far as it matters here. */
export interface ColumnType {
  /** `numbers` are lists of numbers; `blob` is a file's content, `struct-of-blob` a structure with one as `bytes`. */
  readonly form: 'number' | 'numbers' | 'text' | 'blob' | 'struct-of-blob' | 'other';
  /** As SQL has it, for messages. */
  readonly sql: string;
}

/** The part of DuckDB's package that tells types apart. It is given: what only describes tables must not load it. */
export type DuckDbTypes = Pick<
  typeof DuckDb,
  'DuckDBArrayType' | 'DuckDBListType' | 'DuckDBStructType' | 'DuckDBTypeId'
>;

/** A column's type as DuckDB gives it. */
export function columnType(type: DuckDb.DuckDBType, duckDb: DuckDbTypes): ColumnType {
  return { form: formOf(type, duckDb), sql: type.toString() };
}

function formOf(
  type: DuckDb.DuckDBType,
  { DuckDBArrayType, DuckDBListType, DuckDBStructType, DuckDBTypeId: id }: DuckDbTypes,
): ColumnType['form'] {
  const numbers = [id.FLOAT, id.DOUBLE, id.DECIMAL, id.TINYINT, id.SMALLINT, id.INTEGER, id.BIGINT];
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return numbers.includes(type.valueType.typeId) ? 'numbers' : 'other';
  }
  if (type instanceof DuckDBStructType) {
    // The Hugging Face libraries store files as bytes and path.
    const bytes = type.entryTypes[type.entryNames.indexOf('bytes')];
    return bytes?.typeId === id.BLOB ? 'struct-of-blob' : 'other';
  }
  if (type.typeId === id.VARCHAR) return 'text';
  if (type.typeId === id.BLOB) return 'blob';
  return numbers.includes(type.typeId) ? 'number' : 'other';
}

/** The bytes of a cell that is a BLOB; null of any other. */
export function bytesOfCell(value: unknown): Uint8Array | null {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return null;
  return value.bytes instanceof Uint8Array ? value.bytes : null;
}
