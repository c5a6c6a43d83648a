import { KeyNumbers } from '../numerics/keyNumbers.ts';
import type { RowItems } from './relevance.ts';
import { everyRow, sharedItems } from './relevance.ts';

/**
 * Which rows of a modality share an item: those with equal numbers, those equal to the bit, or none. What the data
 * declare to be one item counts once everywhere. What is found to be equal counts row by row but where it matters what
 * belongs together: reports of two patients may have the same words.
 */
export type RowSharing =
  { readonly groups: ArrayLike<number>; readonly isDeclared: boolean } | 'equal rows' | 'none';

/**
 * Rows of a modality that are compared at most: the hashes of more would take more memory than a run has for
 * everything else.
 */
export const mostComparedRows = 2 ** 24;

/** Finds out, chunk by chunk, which rows hold an item that an earlier row has too. */
export class ItemFinder {
  readonly #rows: number;
  /** Known from the beginning, where groups were given. */
  readonly #given: RowItems | null;
  /** Rows by their hashes; null where they are not compared. */
  readonly #found: KeyNumbers | null;
  /** Made when the first row repeats an earlier one. */
  #itemOfRow: Uint32Array | null = null;

  constructor(rows: number, sharing: RowSharing) {
    this.#rows = rows;
    this.#given = typeof sharing === 'string' ? null : sharedItems(sharing.groups);
    this.#found = sharing === 'equal rows' && rows <= mostComparedRows ? new KeyNumbers() : null;
  }

  /** Whether rows are told by their hashes. */
  get compares(): boolean {
    return this.#found !== null;
  }

  /**
   * Tells the next rows of the modality.
   *
   * @param hash gives two halves of 32 bits a row; called where rows are compared.
   * @returns for each row whether its item is a new one; null where all are.
   */
  take(start: number, count: number, hash: () => Uint32Array): Uint8Array | null {
    if (this.#given !== null) {
      const { itemOfRow, firstRows } = this.#given;
      return Uint8Array.from({ length: count }, (_, at) =>
        firstRows![itemOfRow![start + at]!] === start + at ? 1 : 0,
      );
    }
    if (this.#found === null) return null;
    const halves = hash();
    let isNew: Uint8Array | null = null;
    for (let at = 0; at < count; at++) {
      const before = this.#found.count;
      const item = this.#found.numberOf(halves[2 * at + 1]!, halves[2 * at]!);
      if (item < before) {
        // Until the first repetition, row i held item i.
        this.#itemOfRow ??= Uint32Array.from({ length: this.#rows }, (_, row) => row);
        isNew ??= new Uint8Array(count).fill(1);
        isNew[at] = 0;
      }
      if (this.#itemOfRow !== null) this.#itemOfRow[start + at] = item;
    }
    return isNew;
  }

  /** Which rows hold which items, once all rows were told. */
  items(): RowItems {
    if (this.#given !== null) return this.#given;
    if (this.#itemOfRow === null) return everyRow(this.#rows);
    return sharedItems(this.#itemOfRow);
  }
}
