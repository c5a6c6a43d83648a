import { extname } from 'node:path';

/** The kinds of tables, by extension. */
export const tableExtensions: readonly string[] = ['.csv', '.tsv', '.jsonl', '.ndjson', '.json', '.parquet'];

/** The extension that tells a table's kind, in lower case; that of `.csv.gz` is `.csv`. */
export function tableExtension(path: string): string {
  const extension = extname(path).toLowerCase();
  if (extension !== '.gz' && extension !== '.zst') return extension;
  return extname(path.slice(0, -extension.length)).toLowerCase();
}
