import { KeyNumbers } from '../numerics/keyNumbers.ts';

/**
 * Which rows stand for which items. Normally every row has an item of its own in each modality; where one item
 * belongs to several rows (an image with five captions), its rows form a group, and the modality that shares it
 * has one item a group.
 */
export interface RowItems {
  /** Number of different items. */
  readonly items: number;
  /** Row of each item's first occurrence; null where every row is an item. */
  readonly firstRows: Uint32Array | null;
  /** Item of each row; null where row i is item i. */
  readonly itemOfRow: Uint32Array | null;
}

/** Items of a modality in which every row is one. */
export function everyRow(rows: number): RowItems {
  return { items: rows, firstRows: null, itemOfRow: null };
}

/**
 * Items of a modality whose rows share them by group, in order of first occurrence.
 *
 * @param groups one number a row; equal numbers share one item.
 */
export function sharedItems(groups: ArrayLike<number>): RowItems {
  const itemOfGroup = new Map<number, number>();
  const firstRows: number[] = [];
  const itemOfRow = new Uint32Array(groups.length);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!;
    let item = itemOfGroup.get(group);
    if (item === undefined) {
      item = firstRows.length;
      itemOfGroup.set(group, item);
      firstRows.push(row);
    }
    itemOfRow[row] = item;
  }
  return { items: firstRows.length, firstRows: Uint32Array.from(firstRows), itemOfRow };
}

/** Items of the `rows` of all, in the order of their first occurrence there; null takes all rows. */
export function itemsOfRows(all: RowItems, rows: Uint32Array | null): RowItems {
  const { itemOfRow } = all;
  if (rows === null) return all;
  return itemOfRow === null ? everyRow(rows.length) : sharedItems(rows.map((row) => itemOfRow[row]!));
}

/**
 * What may be drawn at random: rows that share an item, in any modality, belong to one unit, and so do rows that are
 * linked by others. Where a single modality shares items, its items are the units.
 */
export function bootstrapUnits(modalities: readonly RowItems[], rows: number): RowItems {
  const sharing = modalities.filter(({ itemOfRow }) => itemOfRow !== null);
  if (sharing.length < 2) return sharing[0] ?? everyRow(rows);
  const parents = Uint32Array.from({ length: rows }, (_, row) => row);
  const rootOf = (row: number): number => {
    let root = row;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  for (const { itemOfRow, firstRows } of sharing) {
    for (let row = 0; row < rows; row++) parents[rootOf(row)] = rootOf(firstRows![itemOfRow![row]!]!);
  }
  return sharedItems(parents.map((_, row) => rootOf(row)));
}

/**
 * The rows that are the first ones with their pair of items; null where all are. Others are equal to an earlier row in
 * both modalities: what counts pairs counts them once.
 */
export function distinctPairs(first: RowItems, second: RowItems): Uint32Array | null {
  if (first.itemOfRow === null || second.itemOfRow === null) return null;
  const [x, y] = [first.itemOfRow, second.itemOfRow];
  const pairs = new KeyNumbers();
  const distinct: number[] = [];
  for (let row = 0; row < x.length; row++) {
    const before = pairs.count;
    if (pairs.numberOf(x[row]!, y[row]!) === before) distinct.push(row);
  }
  return distinct.length === x.length ? null : Uint32Array.from(distinct);
}

/** The item that a row holds. */
export function itemOf({ itemOfRow }: RowItems, row: number): number {
  return itemOfRow === null ? row : itemOfRow[row]!;
}
