import type { DataSet } from 'dicom-parser';
import { broken } from './dicomProblem.ts';

/** A table from values to entries. */
export interface LookupTable {
  /** The entry of a value; values beyond the table have its first or last entry. */
  entry(value: number): number;
  /** The highest entry that its bits allow. */
  readonly highest: number;
}

/** The table in a sequence's first item (PS3.3 C.11.1 and C.11.2), where the file has one. */
export function lookupTable(elements: DataSet, sequence: string): LookupTable | undefined {
  const item = elements.elements[sequence]?.items?.[0]?.dataSet;
  return item === undefined ? undefined : readTable(item, 'x00283002', 'x00283006', elements);
}

/**
 * A table of a descriptor (how many entries, the first value, bits an entry) and its data.
 *
 * @param item Where both stand.
 * @param elements The file, which says whether its values, and with them the first one, are signed.
 */
export function readTable(item: DataSet, descriptor: string, data: string, elements: DataSet): LookupTable {
  const count = item.uint16(descriptor, 0);
  const unsignedFirst = item.uint16(descriptor, 1);
  const bits = item.uint16(descriptor, 2);
  const element = item.elements[data];
  if (count === undefined || unsignedFirst === undefined || bits === undefined || element === undefined) {
    throw broken(`a lookup table's descriptor (${descriptor}) or data (${data}) are missing`);
  }
  // 65,536 entries do not fit into the 16 bits of the count.
  const length = count === 0 ? 65_536 : count;
  const signed = elements.uint16('x00280103') === 1;
  const first = signed && unsignedFirst > 32_767 ? unsignedFirst - 65_536 : unsignedFirst;
  // Entries of 8 bits stand in a byte or in a word each.
  const inBytes = bits <= 8 && element.length < 2 * length;
  if (element.length < (inBytes ? length : 2 * length) || bits < 8 || bits > 16) {
    throw broken(`a lookup table of ${length} entries of ${bits} bits has ${element.length} bytes`);
  }
  const entries = Uint16Array.from({ length }, (_, i) =>
    inBytes ? item.byteArray[element.dataOffset + i]! : item.uint16(data, i)!,
  );
  return {
    entry: (value) => entries[Math.min(Math.max(Math.trunc(value) - first, 0), length - 1)]!,
    highest: 2 ** bits - 1,
  };
}
