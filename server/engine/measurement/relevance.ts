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

/** The item that a row holds. */
export function itemOf({ itemOfRow }: RowItems, row: number): number {
  return itemOfRow === null ? row : itemOfRow[row]!;
}
