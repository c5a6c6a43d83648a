/** Batches of one size that are timed before it is judged. The first of a size warms up and is not counted. */
const timedBatches = 2;
/** A larger batch has to be this much faster to be worth its memory. */
const worthwhile = 1.03;

/** Where the search starts, and the most items it ever takes at once. */
const smallest = 8;
const largest = 1024;

/**
 * Finds the number of items at a time that is fastest, while embedding: doubled as long as items per second grow and
 * memory lasts.
 */
export class BatchSizeSearch {
  #size: number;
  /** No larger size is tried. */
  #ceiling: number;
  #isSettled: boolean;
  #sizeBefore = 0;
  #rateBefore = 0;
  #bestRate = 0;
  #batches = 0;

  /** @param fixed the size to keep to; null to search. */
  constructor(fixed: number | null) {
    this.#size = fixed ?? smallest;
    this.#ceiling = fixed ?? largest;
    this.#isSettled = fixed !== null;
  }

  /** Items of the next batch. */
  get size(): number {
    return this.#size;
  }

  /** Limits the size: by what the model takes, or by memory. */
  limit(items: number): void {
    this.#ceiling = Math.max(1, Math.min(this.#ceiling, items));
    this.#size = Math.min(this.#size, this.#ceiling);
  }

  /** Tells how long a batch took; one that was not full tells nothing. */
  took(items: number, seconds: number): void {
    if (this.#isSettled || items !== this.#size) return;
    this.#batches += 1;
    if (this.#batches > 1) this.#bestRate = Math.max(this.#bestRate, items / seconds);
    if (this.#batches <= timedBatches) return;
    if (this.#bestRate < this.#rateBefore * worthwhile) {
      this.#size = this.#sizeBefore;
      this.#isSettled = true;
    } else if (this.#size * 2 > this.#ceiling) {
      this.#isSettled = true;
    } else {
      this.#sizeBefore = this.#size;
      this.#rateBefore = this.#bestRate;
      this.#bestRate = 0;
      this.#batches = 0;
      this.#size *= 2;
    }
  }

  /** Tells that memory did not suffice for a batch; the next one has half of its items. */
  ranOut(items: number): void {
    this.#size = Math.max(1, Math.floor(Math.min(items, this.#size) / 2));
    this.#ceiling = this.#size;
    this.#isSettled = true;
  }
}
