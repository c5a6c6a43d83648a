import type { Matrix } from '../numerics/matrix.ts';
import { matrix, rowRange } from '../numerics/matrix.ts';
import { OutOfMemory } from '../runtime/outOfMemory.ts';
import { BatchSizeSearch } from './batchSizeSearch.ts';
import type { EmbeddingModel, Encoder, PreparedItem } from './encoder.ts';

/** The inputs of a batch take at most this much: while one is embedded, those of the next two may be decoded already. */
const batchBytes = 2 ** 28;

/** An encoder's model, which is started when it is first needed, and again with smaller batches when memory ran out. */
export class ResilientModel {
  readonly #encoder: Encoder;
  readonly #search: BatchSizeSearch;
  #model: Promise<EmbeddingModel> | null = null;
  #isDisposed = false;
  #dependsOnBatch = false;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
    this.#search = new BatchSizeSearch(encoder.batchSize);
  }

  /** Items that the next batch should have. */
  get batchSize(): number {
    return this.#search.size;
  }

  /** Whether the model was found to give rows other values in other batches, so that each is embedded alone. */
  get dependsOnBatch(): boolean {
    return this.#dependsOnBatch;
  }

  /** Keeps batches small enough for memory, given how much an item's input takes. */
  limitBatch(bytesOfItem: number): void {
    this.#search.limit(Math.floor(batchBytes / bytesOfItem));
  }

  /**
   * Embeds items of equal shapes. Where memory does not suffice, it embeds them in halves.
   *
   * @throws OutOfMemory when it does not even suffice for one item.
   */
  async embed(items: readonly PreparedItem[]): Promise<Matrix> {
    try {
      const model = await this.#started();
      const before = performance.now();
      const embedded = await model.embed(items);
      this.#dependsOnBatch ||= model.dependsOnBatch === true;
      this.#search.took(items.length, (performance.now() - before) / 1000);
      return embedded;
    } catch (error) {
      if (!(error instanceof OutOfMemory) || items.length === 1 || this.#isDisposed) throw error;
      this.#search.ranOut(items.length);
      await this.#stop();
      return this.#embedHalves(items);
    }
  }

  async #embedHalves(items: readonly PreparedItem[]): Promise<Matrix> {
    const middle = Math.ceil(items.length / 2);
    const first = await this.embed(items.slice(0, middle));
    const second = await this.embed(items.slice(middle));
    const all = matrix(items.length, first.columns);
    rowRange(all, 0, middle).data.set(first.data);
    rowRange(all, middle, items.length).data.set(second.data);
    return all;
  }

  /** Ends the model, also in the middle of a batch; it does not start again. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#stop();
  }

  #started(): Promise<EmbeddingModel> {
    if (this.#isDisposed) throw new Error('The model was disposed of');
    this.#model ??= this.#encoder.open();
    return this.#model;
  }

  async #stop(): Promise<void> {
    const model = this.#model;
    this.#model = null;
    // One that did not start has nothing to end.
    await (await model?.catch(() => null))?.dispose();
  }
}
