import type { DuckDBDataChunk, DuckDBListVector, DuckDBVector } from '@duckdb/node-api';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
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
  const columns = modalities.map((modality) => new EmbeddingColumn(query.where, modality, context));
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
    notes: columns.flatMap((column) => column.notes()),
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
  readonly #keepsInvalidRows: boolean;
  /** None where no row of it has numbers. */
  readonly #blocks: (Float32Array | undefined)[] = [];
  /** Numbers of the rows without an embedding. */
  readonly #invalid: number[] = [];
  /** 0 before a row that has an embedding. */
  #columns = 0;
  #rows = 0;

  constructor(where: string, column: ModalityColumn, { keepsInvalidRows = false }: ReadContext) {
    this.#where = where;
    this.#column = column;
    this.#keepsInvalidRows = keepsInvalidRows;
  }

  /** Adds the list in a chunk's cell. */
  add(chunk: DuckDBDataChunk, column: number, row: number, number: number): void {
    const lists = chunk.getColumnVector(column);
    const list = holdsLists(lists) ? lists.getItemVector(row) : null;
    if (list === null || list.itemCount === 0)
      this.#refuse(number, 'is NULL, empty or not a list of numbers');
    else this.#addList(list, number);
    this.#rows++;
  }

  #addList(list: DuckDBVector, number: number): void {
    if (this.#columns === 0) this.#columns = list.itemCount;
    const columns = this.#columns;
    if (list.itemCount !== columns) {
      throw new InputError(
        'embedding-ragged',
        `${this.#where}, row ${number}: ${this.#column.label} has ${list.itemCount} numbers, expected ${columns} as in the first row`,
      );
    }
    const slot = this.#rows % BLOCK_ROWS;
    const block = (this.#blocks[(this.#rows - slot) / BLOCK_ROWS] ??= new Float32Array(
      BLOCK_ROWS * columns,
    ).fill(NaN));
    for (let index = 0; index < columns; index++) {
      const value = list.getItem(index);
      if (value === null) {
        this.#refuse(number, `has NULL or no number as value ${index + 1}`);
        block.fill(NaN, slot * columns, (slot + 1) * columns);
        return;
      }
      block[slot * columns + index] = value as number;
    }
  }

  /** Which rows have no embedding, where they are kept. */
  notes(): Note[] {
    const count = this.#invalid.length;
    if (count === 0) return [];
    const message = `${this.#where}: ${this.#column.label} has NULL or no list of numbers in ${count} of ${this.#rows} rows (${someOf(this.#invalid.map(String))}), which count as NaN`;
    return [{ code: 'embedding-invalid', message }];
  }

  /** @throws InputError `embedding-invalid` where no row has an embedding. */
  source(): EmbeddingSource {
    if (this.#columns === 0) {
      throw new InputError(
        'embedding-invalid',
        `${this.#where}: ${this.#column.label} has no list of numbers in any row`,
      );
    }
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
          const block = blocks[(row - slot) / BLOCK_ROWS];
          const at = (row - start) * columns;
          if (block === undefined) target.fill(NaN, at, at + run * columns);
          else target.set(block.subarray(slot * columns, (slot + run) * columns), at);
          row += run;
        }
        return Promise.resolve();
      },
    };
  }

  /** @throws InputError `embedding-invalid` unless such rows are kept. */
  #refuse(number: number, found: string): void {
    if (!this.#keepsInvalidRows) {
      throw new InputError(
        'embedding-invalid',
        `${this.#where}, row ${number}: ${this.#column.label} ${found}. \`invalidRows: skip\`, or --skip-invalid, leaves such rows out of all modalities`,
      );
    }
    this.#invalid.push(number);
  }
}
