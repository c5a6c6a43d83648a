/**
 * Numbers different keys, which are two whole numbers of 32 bits each, in the order in which they first come. It takes
 * about 20 bytes a different key; a `Map` takes five times that, and no more than 16 million.
 */
export class KeyNumbers {
  #count = 0;
  /** Keys by number, two entries each. */
  #keys = new Uint32Array(32);
  /** Open addressing: one more than the number of a key; 0 where there is none. At most half of it is in use. */
  #slots = new Uint32Array(32);

  /** How many different keys there were. */
  get count(): number {
    return this.#count;
  }

  /** The number of a key: `count`, as it was before, where it is a new one. */
  numberOf(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let at = slotOf(high, low) & mask; ; at = (at + 1) & mask) {
      const number = this.#slots[at]! - 1;
      if (number < 0) {
        this.#add(high, low, at);
        return this.#count - 1;
      }
      if (this.#keys[2 * number] === high && this.#keys[2 * number + 1] === low) return number;
    }
  }

  #add(high: number, low: number, at: number): void {
    const number = this.#count++;
    if (2 * number + 2 > this.#keys.length) {
      const keys = new Uint32Array(2 * this.#keys.length);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#keys[2 * number] = high;
    this.#keys[2 * number + 1] = low;
    this.#slots[at] = this.#count;
    if (2 * this.#count > this.#slots.length) this.#grow();
  }

  #grow(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let at = slotOf(this.#keys[2 * number]!, this.#keys[2 * number + 1]!) & mask;
      while (this.#slots[at] !== 0) at = (at + 1) & mask;
      this.#slots[at] = number + 1;
    }
  }
}

/** Mixes both halves, so that keys which count up are spread too. */
function slotOf(high: number, low: number): number {
  const mixed = Math.imul(high ^ (high >>> 15), 0x2c1b3c6d) ^ Math.imul(low ^ (low >>> 13), 0x297a2d39);
  return Math.imul(mixed ^ (mixed >>> 16), 0x9e3779b1) >>> 1;
}
