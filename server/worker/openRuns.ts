import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { validateConfig } from '../config/parseConfig.ts';
import type { Dataset, EmbeddingDataset, EmbeddingSource, RowFacts } from '../engine/datasets/dataset.ts';
import { readers } from '../engine/datasets/registry.ts';
import { safetensors } from '../engine/datasets/safetensors.ts';
import { selectEmbeddings, selectFacts } from '../engine/datasets/sampling.ts';
import { Random } from '../engine/numerics/random.ts';
import { InputError } from '../engine/problems.ts';
import type { Report } from '../protocol/report.ts';
import { runFileNames } from '../runs/runFileNames.ts';
import { readRunRecord, type RunRecord } from '../runs/runRecord.ts';
import { RunStore } from '../runs/runStore.ts';

/** Runs whose data are kept open at most. */
const keptOpen = 4;

/** Nothing here is interrupted half-way: data that are opened once serve every later question. */
const never = new AbortController().signal;

/** A finished run with its data, which are opened when they are first asked for. */
export class OpenRun {
  readonly folder: string;
  readonly report: Report;
  readonly #record: RunRecord | null;
  #data: Promise<Dataset> | undefined;
  #copies: Promise<EmbeddingDataset> | undefined;

  constructor(folder: string, report: Report, record: RunRecord | null) {
    this.folder = folder;
    this.report = report;
    this.#record = record;
  }

  /**
   * The data as the run opened them.
   *
   * @throws InputError where they are gone, or are not what the configuration expects.
   */
  data(): Promise<Dataset> {
    this.#data ??= this.#openData().catch((error: unknown) => {
      // They may be back when they are asked for again.
      this.#data = undefined;
      throw error;
    });
    return this.#data;
  }

  /** The dataset's number of a row of the run, which does not count what was left out. */
  datasetRow(row: number): number {
    let index = row;
    for (const leftOut of this.#record?.leftOutRows ?? []) if (leftOut <= index) index += 1;
    return index;
  }

  /** Facts about the run's rows. @throws InputError as `data` does. */
  async facts(): Promise<RowFacts> {
    const { facts } = await this.data();
    return selectFacts(facts, this.#keptRows());
  }

  get rows(): number {
    return this.report.modalities[0]!.rows;
  }

  /**
   * The run's embeddings, in the order of the report's modalities: the copies in its folder, or where they were too
   * large to copy, the files that it read.
   *
   * @throws InputError `embeddings-missing`, and as `data` does.
   */
  async embeddings(): Promise<readonly EmbeddingSource[]> {
    const file = join(this.folder, runFileNames.embeddings);
    const isCopied = await stat(file).then(
      () => true,
      () => false,
    );
    const dataset = isCopied ? await this.#openCopies(file) : await this.data();
    if (dataset.kind !== 'embeddings') {
      throw new InputError('embeddings-missing', `The run's embeddings, ${file}, are gone`, { file });
    }
    return this.report.modalities.map(({ name, rows, dimension }) => {
      const found = dataset.sources.find(({ modality }) => modality === name);
      const source = found && !isCopied ? selectEmbeddings(found, this.#keptRows()) : found;
      if (source?.rows !== rows || source.columns !== dimension) {
        throw new InputError(
          'embeddings-changed',
          `The run measured ${rows}×${dimension} embeddings of ${name}; found ${source === undefined ? 'none' : `${source.rows}×${source.columns}`} in ${source?.file ?? file}`,
          { file: source?.file ?? file },
        );
      }
      return source;
    });
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled([this.#data, this.#copies]);
    for (const each of opened) if (each.status === 'fulfilled') await each.value?.close();
  }

  /** Numbers of the dataset's rows that were measured; null where all were. */
  #keptRows(): Uint32Array | null {
    const leftOut = new Set(this.#record?.leftOutRows);
    if (leftOut.size === 0) return null;
    const all = Uint32Array.from({ length: this.rows + leftOut.size }, (_, row) => row);
    return all.filter((row) => !leftOut.has(row));
  }

  #openCopies(file: string): Promise<EmbeddingDataset> {
    const context = { baseFolder: this.folder, random: new Random(0), signal: never };
    this.#copies ??= safetensors
      .open(safetensors.params.parse({ path: file }), context)
      .then((dataset) => dataset as EmbeddingDataset);
    return this.#copies;
  }

  async #openData(): Promise<Dataset> {
    const { config: written, seed } = this.report.provenance;
    const { config } = validateConfig(written);
    const reader = readers.find(({ kind }) => kind === config?.data.kind);
    if (config === undefined || reader === undefined) {
      const file = join(this.folder, runFileNames.config);
      throw new InputError('config-invalid', `${file} is of another version and cannot be opened`, { file });
    }
    return reader.open(config.data, {
      baseFolder: this.#record?.baseFolder ?? this.folder,
      // The stream that the run drew from, so that a sample is the same one.
      random: new Random(seed).stream('data'),
      signal: never,
      keepsInvalidRows: config.invalidRows === 'skip',
    });
  }
}

/** The runs that were asked about last, open. */
export class OpenRuns {
  readonly #store = new RunStore();
  /** The one used last at the end. */
  readonly #runs = new Map<string, Promise<OpenRun>>();

  /** @throws InputError as `RunStore.report` does. */
  async get(folder: string): Promise<OpenRun> {
    const run = this.#runs.get(folder) ?? this.#open(folder);
    this.#runs.delete(folder);
    this.#runs.set(folder, run);
    for (const oldest of [...this.#runs.keys()].slice(0, -keptOpen)) void this.close(oldest);
    try {
      return await run;
    } catch (error) {
      this.#runs.delete(folder);
      throw error;
    }
  }

  /** Closes what is open of a run. */
  async close(folder: string): Promise<void> {
    const closing = this.#runs.get(folder);
    this.#runs.delete(folder);
    // One that could not be opened has nothing to close.
    await closing?.then((run) => run.close()).catch(() => undefined);
  }

  /** Closes everything. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map((folder) => this.close(folder)));
  }

  async #open(folder: string): Promise<OpenRun> {
    const [report, record] = await Promise.all([this.#store.report(folder), readRunRecord(folder)]);
    return new OpenRun(folder, report, record);
  }
}
