/** A key of a search in a text: where it ends, and its value. */
export interface Found {
  readonly end: number;
  readonly value: number;
}

/** Finds all keys that a text has at a place: the keys in order, narrowed down unit by unit. */
export class PrefixSearch {
  readonly #keys: readonly string[];
  readonly #values: Int32Array;
  /** By first unit: where the keys that begin with it start and end. */
  readonly #first = new Map<number, readonly [number, number]>();

  constructor(values: ReadonlyMap<string, number>) {
    const entries = [...values].filter(([key]) => key !== '').sort(([a], [b]) => (a < b ? -1 : 1));
    this.#keys = entries.map(([key]) => key);
    this.#values = Int32Array.from(entries, ([, value]) => value);
    let start = 0;
    for (let at = 1; at <= this.#keys.length; at++) {
      const unit = this.#keys[start]!.charCodeAt(0);
      if (at < this.#keys.length && this.#keys[at]!.charCodeAt(0) === unit) continue;
      this.#first.set(unit, [start, at]);
      start = at;
    }
  }

  /** The end and the value of each key that the text has at `start`, the shortest first. */
  at(text: string, start: number): readonly Found[] {
    const found: Found[] = [];
    let [low, high] = this.#first.get(text.charCodeAt(start)) ?? [0, 0];
    for (let depth = 1; low < high; depth++) {
      if (this.#keys[low]!.length === depth) {
        found.push({ end: start + depth, value: this.#values[low]! });
        low++;
      }
      if (start + depth >= text.length) break;
      const unit = text.charCodeAt(start + depth);
      low = this.#bound(low, high, depth, unit);
      high = this.#bound(low, high, depth, unit + 1);
    }
    return found;
  }

  /** The first key from `low` whose unit at a depth is at least that; all of them have one there. */
  #bound(low: number, high: number, depth: number, unit: number): number {
    let from = low;
    let to = high;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#keys[middle]!.charCodeAt(depth) < unit) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
