/** Where an embedding is kept. */
export interface RowPlace {
  readonly shard: number;
  readonly row: number;
}

/** Bytes of a SHA-256. */
export const hashBytes = 32;

/**
 * Where the embedding of each content is kept: a hash table of about 60 bytes an entry, as a cache may hold millions.
 * Content hashes are spread evenly already, so that their first bytes serve as they are.
 */
export class ContentIndex {
  #hashes = new Uint8Array(64 * hashBytes);
  #places = new Uint32Array(64 * 2);
  /** Number of the entry plus one; 0 is free. A power of two, at most half full. */
  #slots = new Uint32Array(128);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Keeps the place of a content; the first one given stays. */
  add(hash: Uint8Array, { shard, row }: RowPlace): void {
    const slot = this.#slotOf(hash);
    if (this.#slots[slot] !== 0) return;
    const entry = this.#size;
    this.#hashes.set(hash, entry * hashBytes);
    this.#places[2 * entry] = shard;
    this.#places[2 * entry + 1] = row;
    this.#slots[slot] = entry + 1;
    this.#size += 1;
    if (2 * this.#size === this.#slots.length) this.#grow();
  }

  find(hash: Uint8Array): RowPlace | undefined {
    const entry = this.#slots[this.#slotOf(hash)]! - 1;
    if (entry < 0) return undefined;
    return { shard: this.#places[2 * entry]!, row: this.#places[2 * entry + 1]! };
  }

  /** The slot that holds the hash, or the free one where it belongs. */
  #slotOf(hash: Uint8Array): number {
    const mask = this.#slots.length - 1;
    let slot = (hash[0]! | (hash[1]! << 8) | (hash[2]! << 16) | (hash[3]! << 24)) & mask;
    while (this.#slots[slot] !== 0 && !this.#isAt(this.#slots[slot]! - 1, hash)) slot = (slot + 1) & mask;
    return slot;
  }

  #isAt(entry: number, hash: Uint8Array): boolean {
    for (let at = 0; at < hashBytes; at++) {
      if (this.#hashes[entry * hashBytes + at] !== hash[at]) return false;
    }
    return true;
  }

  #grow(): void {
    const [hashes, places] = [this.#hashes, this.#places];
    this.#hashes = new Uint8Array(2 * hashes.length);
    this.#hashes.set(hashes);
    this.#places = new Uint32Array(2 * places.length);
    this.#places.set(places);
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let entry = 0; entry < this.#size; entry++) {
      this.#slots[this.#slotOf(this.#hashes.subarray(entry * hashBytes, (entry + 1) * hashBytes))] =
        entry + 1;
    }
  }
}
