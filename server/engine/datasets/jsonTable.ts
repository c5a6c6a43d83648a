import type * as DuckDb from '@duckdb/node-api';
import { quoteName, quoteText } from './sqlQuoting.ts';

/** The options with which DuckDB looks at every record of a JSON file to tell its columns. */
export const wholeJson = 'sample_size = -1, map_inference_threshold = -1, field_appearance_threshold = 0';

/**
 * The SQL relation of the records in JSON files. Names and types of columns come from every record, not from the first
 * ones: DuckDB would cast fractions to whole numbers where a column begins with those, and records of many numbers to
 * one column. Numbers in lists are DOUBLE, and what DuckDB would take for a date, a time or a UUID stays the text that it is.
 *
 * @param format As DuckDB calls it: `newline_delimited` or `auto`.
 */
export async function jsonRelation(
  connection: DuckDb.DuckDBConnection,
  files: readonly string[],
  format: string,
): Promise<string> {
  const { DuckDBTypeId: id, DuckDBListType } = await import('@duckdb/node-api');
  const source = `read_json([${files.map(quoteText).join(', ')}], format = '${format}', union_by_name = true`;
  const guessed = `${source}, ${wholeJson})`;
  const found = await connection.prepare(`SELECT * FROM ${guessed}`);
  const numbers = [id.FLOAT, id.DOUBLE, id.BIGINT, id.UBIGINT, id.HUGEINT, id.UHUGEINT, id.DECIMAL];
  const texts = [id.DATE, id.TIME, id.TIMESTAMP, id.TIMESTAMP_TZ, id.UUID];
  const typeOf = (type: DuckDb.DuckDBType, number = type.toString()) =>
    // JSON is what DuckDB calls values that are of other types in other records.
    texts.includes(type.typeId) || type.alias === 'JSON'
      ? 'VARCHAR'
      : numbers.includes(type.typeId)
        ? number
        : type.toString();
  const names = Array.from({ length: found.columnCount }, (_, index) => found.columnName(index));
  // DuckDB calls columns so whose keys differ in upper and lower case alone; no record has the new name.
  const isRenamed = (name: string) =>
    /_\d+$/.test(name) &&
    names.some((other) => other.toLowerCase() === name.replace(/_\d+$/, '').toLowerCase());
  if (names.some(isRenamed)) return guessed;
  const columns = names.map((name, index) => {
    const type = found.columnType(index);
    const sql = type instanceof DuckDBListType ? `${typeOf(type.valueType, 'DOUBLE')}[]` : typeOf(type);
    return `${quoteName(name)}: ${quoteText(sql)}`;
  });
  return `${source}, columns = {${columns.join(', ')}})`;
}
