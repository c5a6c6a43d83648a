import type { PlainTable } from './plainTable.ts';

/**
 * The table as CSV after RFC 4180: CRLF line ends, a header row with units in brackets, fields with commas, quotes or
 * line ends in quotes. Numbers keep every digit.
 */
export function toCsv(table: PlainTable): string {
  const header = table.columns.map(({ name, unit }) => (unit === '' ? name : `${name} [${unit}]`));
  return [header, ...table.rows].map((row) => row.map(field).join(',') + '\r\n').join('');
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
