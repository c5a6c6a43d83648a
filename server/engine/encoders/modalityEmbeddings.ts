import type { Item } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row } from '../numerics/matrix.ts';
import type { EmbeddingStore } from './embeddingCache.ts';
import type { Encoder, PreparedItem } from './encoder.ts';
import type { LoadedItem } from './loadedItem.ts';
import { loadItem } from './loadedItem.ts';
import { ResilientModel } from './resilientModel.ts';

/** What became of the items of a modality. */
export interface ItemCounts {
  /** Different items. */
  readonly distinct: number;
  /** Those of them that were not embedded but came from the store. */
  readonly stored: number;
  /** Those of them that were longer than the model takes. */
  readonly truncated: number;
  /** Whether the model gives items other embeddings in other batches, so that each was embedded alone. */
  readonly dependsOnBatch: boolean;
}

/** A different content of a modality, from when it is first read to when it is embedded. */
export interface ContentEntry {
  readonly hash: string;
  /** Its number among the contents of the modality. */
  readonly number: number;
  /** Rows that wait for the embedding. */
  readonly waiting: number[];
  /** The first row that has it; null before. */
  filled: number | null;
  /** What is to be embedded; null once it is, or where the store is thought to have it. */
  prepared: Promise<PreparedItem> | null;
  /** Kept while what the store has may turn out to be damaged. */
  loaded: LoadedItem | null;
  isTruncated: boolean;
}

/**
 * The embeddings of one modality, filled as contents come. Items of equal content are embedded once; those in a store
 * not at all.
 */
export class ModalityEmbeddings {
  readonly model: ResilientModel;
  readonly #encoder: Encoder;
  readonly #store: EmbeddingStore | null;
  readonly #rows: number;
  readonly #entries = new Map<string, ContentEntry>();
  /** Entries to embed, by the shapes of their inputs. */
  readonly #pending = new Map<string, { entry: ContentEntry; item: PreparedItem }[]>();
  /** Entries to look up in the store. */
  #stored: ContentEntry[] = [];
  #all: Matrix | null = null;
  readonly #contents: Uint32Array;
  #fromStore = 0;

  /** @param rows of the dataset. */
  constructor(encoder: Encoder, store: EmbeddingStore | null, rows: number) {
    this.#encoder = encoder;
    this.#store = store;
    this.#rows = rows;
    this.#contents = new Uint32Array(rows);
    this.model = new ResilientModel(encoder);
  }

  /** How many different items there were, how many of them came from the store, and how many were cut. */
  get counts(): ItemCounts {
    let [distinct, truncated] = [0, 0];
    for (const { filled, isTruncated } of this.#entries.values()) {
      if (filled === null) continue;
      distinct += 1;
      if (isTruncated) truncated += 1;
    }
    const { dependsOnBatch } = this.model;
    return { distinct, stored: this.#fromStore, truncated, dependsOnBatch };
  }

  /** Of the embeddings; null before there is one. */
  get columns(): number | null {
    return this.#all?.columns ?? null;
  }

  /**
   * Reads an item and, unless its content is known, prepares it. Called concurrently, ahead of `add`.
   *
   * @throws InputError when it cannot be read or decoded.
   */
  async read(item: Item): Promise<ContentEntry> {
    const loaded = await loadItem(item);
    const { hash } = loaded;
    let entry = this.#entries.get(hash);
    if (entry !== undefined) {
      const known = entry;
      // What could not be prepared is tried again: the message names the item.
      await known.prepared?.catch(async () => {
        const again = this.#encoder.prepare(loaded);
        await again;
        known.prepared = again;
      });
    } else {
      const isStored = this.#store?.has(hash) === true;
      entry = {
        hash,
        number: this.#entries.size,
        waiting: [],
        filled: null,
        prepared: isStored && !this.#encoder.preparesCheaply ? null : this.#encoder.prepare(loaded),
        loaded: isStored ? loaded : null,
        isTruncated: false,
      };
      this.#entries.set(hash, entry);
    }
    const prepared = await entry.prepared;
    if (prepared?.isTruncated === true) entry.isTruncated = true;
    return entry;
  }

  /** Takes the content of a row; embeds when a batch is full. */
  async add(index: number, entry: ContentEntry): Promise<void> {
    this.#contents[index] = entry.number;
    if (entry.filled !== null) {
      const all = this.#all!;
      row(all, index).set(row(all, entry.filled));
      return;
    }
    entry.waiting.push(index);
    if (entry.waiting.length > 1) return;
    if (entry.loaded !== null) {
      this.#stored.push(entry);
      if (this.#stored.length >= lookedUpAtOnce) await this.#lookup();
    } else {
      await this.#queue(entry);
    }
  }

  /** Embeds what is left. */
  async finish(): Promise<void> {
    await this.#lookup();
    for (const shape of [...this.#pending.keys()]) {
      while (this.#pending.get(shape)!.length > 0) await this.#embedBatch(shape);
    }
  }

  /** Which content each of these rows has: equal numbers for equal contents. */
  contents(rows: readonly number[]): Uint32Array {
    return Uint32Array.from(rows, (row) => this.#contents[row]!);
  }

  /** The rows of the numbers given, which rise. Ends the use of this object. */
  matrix(rows: readonly number[]): Matrix {
    const { columns, data } = this.#all!;
    rows.forEach((from, to) => {
      if (from !== to) data.copyWithin(to * columns, from * columns, (from + 1) * columns);
    });
    return matrix(rows.length, columns, data.subarray(0, rows.length * columns));
  }

  async #queue(entry: ContentEntry): Promise<void> {
    const item = await entry.prepared!;
    const shape = shapeOf(item);
    const pending = this.#pending.get(shape) ?? [];
    this.#pending.set(shape, pending);
    pending.push({ entry, item });
    this.model.limitBatch(bytesOf(item));
    while (pending.length >= this.model.batchSize) await this.#embedBatch(shape);
  }

  async #lookup(): Promise<void> {
    const entries = this.#stored;
    this.#stored = [];
    if (entries.length === 0) return;
    const found = await this.#store!.lookup(entries.map(({ hash }) => hash));
    this.#fromStore += found.size;
    for (const entry of entries) {
      const embedding = found.get(entry.hash);
      if (embedding !== undefined) {
        this.#fill(entry, embedding);
      } else {
        entry.prepared ??= this.#encoder.prepare(entry.loaded!);
        entry.loaded = null;
        await this.#queue(entry);
      }
    }
  }

  async #embedBatch(shape: string): Promise<void> {
    const batch = this.#pending.get(shape)!.splice(0, this.model.batchSize);
    const embedded = await this.model.embed(batch.map(({ item }) => item));
    batch.forEach(({ entry }, position) => {
      this.#fill(entry, row(embedded, position));
    });
    await this.#store?.store(
      batch.map(({ entry }) => entry.hash),
      embedded,
    );
  }

  #fill(entry: ContentEntry, embedding: Float32Array): void {
    this.#all ??= matrix(this.#rows, embedding.length);
    for (const index of entry.waiting) row(this.#all, index).set(embedding);
    entry.filled = entry.waiting[0]!;
    entry.waiting.length = 0;
    // What is embedded needs its pixels no more.
    entry.prepared = null;
    entry.loaded = null;
  }
}

const lookedUpAtOnce = 256;

function shapeOf({ inputs }: PreparedItem): string {
  return Object.entries(inputs)
    .map(([name, { shape }]) => `${name} ${shape.join('×')}`)
    .join(', ');
}

function bytesOf({ inputs }: PreparedItem): number {
  return Object.values(inputs).reduce((sum, { data }) => sum + data.byteLength, 0);
}
