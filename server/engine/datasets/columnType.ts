import type * as DuckDb from '@duckdb/node-api';

/** What the cells of a table's column hold, as far as it matters here. */
export interface ColumnType {
  /**
   * `numbers` and `texts` are lists of these, `nested-numbers` lists of lists of numbers; `blob` is a file's content.
   * `file` is a structure as the Hugging Face libraries store files: with `bytes`, `path`, or both.
   */
  readonly form: 'number' | 'numbers' | 'nested-numbers' | 'text' | 'texts' | 'blob' | 'file' | 'other';
  /** Of a `file`: the fields that can be read. */
  readonly fields?: { readonly bytes: boolean; readonly path: boolean };
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
  const { DuckDBStructType, DuckDBTypeId: id } = duckDb;
  const sql = type.alias ?? type.toString();
  if (type instanceof DuckDBStructType) {
    const typeOf = (name: string) => type.entryTypes[type.entryNames.indexOf(name)]?.typeId;
    const fields = { bytes: typeOf('bytes') === id.BLOB, path: typeOf('path') === id.VARCHAR };
    return fields.bytes || fields.path ? { form: 'file', fields, sql } : { form: 'other', sql };
  }
  return { form: formOf(type, duckDb), sql };
}

function formOf(
  type: DuckDb.DuckDBType,
  { DuckDBArrayType, DuckDBListType, DuckDBTypeId: id }: DuckDbTypes,
): ColumnType['form'] {
  const numbers = [
    ...[id.FLOAT, id.DOUBLE, id.DECIMAL, id.TINYINT, id.SMALLINT, id.INTEGER, id.BIGINT, id.HUGEINT],
    ...[id.UTINYINT, id.USMALLINT, id.UINTEGER, id.UBIGINT, id.UHUGEINT],
  ];
  const texts = [id.VARCHAR, id.ENUM];
  const elementOf = (list: DuckDb.DuckDBType) =>
    list instanceof DuckDBListType || list instanceof DuckDBArrayType ? list.valueType : undefined;
  const inner = elementOf(type);
  if (inner !== undefined) {
    if (numbers.includes(inner.typeId)) return 'numbers';
    if (texts.includes(inner.typeId)) return 'texts';
    const innermost = elementOf(inner);
    return innermost !== undefined && numbers.includes(innermost.typeId) ? 'nested-numbers' : 'other';
  }
  if (texts.includes(type.typeId)) return 'text';
  if (type.typeId === id.BLOB) return 'blob';
  return numbers.includes(type.typeId) ? 'number' : 'other';
}

/** The bytes of a cell that is a BLOB; null of any other. */
export function bytesOfCell(value: unknown): Uint8Array | null {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return null;
  return value.bytes instanceof Uint8Array ? value.bytes : null;
}
