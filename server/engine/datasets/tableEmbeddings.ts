import type { DuckDBDataChunk, DuckDBListVector, DuckDBVector } from '@duckdb/node-api';
import { InputError } from '../problems.ts';
import type { EmbeddingDataset, EmbeddingSource, ReadContext } from './dataset.ts';
import { selectRows, type Sampling } from './sampling.ts';
import type { ModalityColumn } from './tableColumns.ts';
import type { FactsCollector } from './tableFacts.ts';
import { countRows, numberExpressions, numberOfRow, textsOfRow, type TableQuery } from './tableQuery.ts';

/** Rows kept together in memory. */
const BLOCK_ROWS = 4_096;

/**
 * Reads the embeddings that the sampling takes of a table into memory, as float32.
 *
 * @throws InputError `embedding-invalid`, `embedding-ragged`, `table-no-rows`, and those of the query and the facts.
 */
export async function tableEmbeddings(
  query: TableQuery,
  modalities: readonly ModalityColumn[],
  collector: FactsCollector,
  { limit, sampling }: Sampling,
  context: ReadContext,
): Promise<EmbeddingDataset> {
  const selected =
    sampling === 'random' && limit !== undefined
      ? selectRows(await countRows(query), limit, sampling, context.random)
      : null;
  const columns = modalities.map((modality) => new EmbeddingColumn(query.where, modality));
  const expressions = [
    ...modalities.map(({ expression }) => expression),
    ...collector.expressions,
    ...numberExpressions(query),
  ];
  const clause = sampling === 'first' && limit !== undefined ? `LIMIT ${limit}` : '';
  let number = 0;
  let streamed = 0;
  let taken = 0;
  for await (const chunk of query.stream(expressions, clause)) {
    context.signal.throwIfAborted();
    for (let row = 0; row < chunk.rowCount; row++) {
      number = numberOfRow(query, chunk, row, number);
      streamed++;
      if (selected !== null && selected[taken] !== streamed - 1) continue;
      columns.forEach((column, index) => {
        column.add(chunk, index, row, number);
      });
      collector.add(textsOfRow(chunk, row, columns.length), number);
      taken++;
    }
  }
  if (taken === 0) throw new InputError('table-no-rows', `${query.where} has no rows`);
  return {
    kind: 'embeddings',
    notes: [],
    sources: columns.map((column) => column.source()),
    facts: collector.facts(),
    close: () => Promise.resolve(),
  };
}

/** Told by a method, not by its class: what only describes tables must not load DuckDB. */
function holdsLists(vector: DuckDBVector): vector is DuckDBListVector {
  return 'getItemVector' in vector;
}

/** The embeddings of one modality, growing block by block: nothing is copied when it grows. */
class EmbeddingColumn {
  readonly #where: string;
  readonly #column: ModalityColumn;
  readonly #blocks: Float32Array[] = [];
  #columns = 0;
  #rows = 0;

  constructor(where: string, column: ModalityColumn) {
    this.#where = where;
    this.#column = column;
  }

  /** Adds the list in a chunk's cell. */
  add(chunk: DuckDBDataChunk, column: number, row: number, number: number): void {
    const lists = chunk.getColumnVector(column);
    const list = holdsLists(lists) ? lists.getItemVector(row) : null;
    if (list === null || list.itemCount === 0) {
      throw this.#invalid(number, 'is NULL, empty or not a list of numbers');
    }
    if (this.#rows === 0) this.#columns = list.itemCount;
    if (list.itemCount !== this.#columns) {
      throw new InputError(
        'embedding-ragged',
        `${this.#where}, row ${number}: ${this.#column.label} has ${list.itemCount} numbers, expected ${this.#columns} as in the first row`,
      );
    }
    const slot = this.#rows % BLOCK_ROWS;
    if (slot === 0) this.#blocks.push(new Float32Array(BLOCK_ROWS * this.#columns));
    const block = this.#blocks.at(-1)!;
    for (let index = 0; index < this.#columns; index++) {
      const value = list.getItem(index);
      if (value === null) throw this.#invalid(number, `has NULL or no number as value ${index + 1}`);
      block[slot * this.#columns + index] = value as number;
    }
    this.#rows++;
  }

  source(): EmbeddingSource {
    const [blocks, columns] = [this.#blocks, this.#columns];
    return {
      modality: this.#column.modality,
      file: this.#where,
      rows: this.#rows,
      columns,
      read(start, count, target) {
        for (let row = start; row < start + count;) {
          const slot = row % BLOCK_ROWS;
          const run = Math.min(BLOCK_ROWS - slot, start + count - row);
          const block = blocks[(row - slot) / BLOCK_ROWS]!;
          target.set(block.subarray(slot * columns, (slot + run) * columns), (row - start) * columns);
          row += run;
        }
        return Promise.resolve();
      },
    };
  }

  #invalid(number: number, found: string): InputError {
    return new InputError(
      'embedding-invalid',
      `${this.#where}, row ${number}: ${this.#column.label} ${found}`,
    );
  }
}
