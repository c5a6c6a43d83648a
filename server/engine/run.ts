import { createHash } from 'node:crypto';
import type { ExperimentReport, ModalityReport, Note, Report, Result } from '../protocol/report.ts';
import { withLeftOutRows } from './datasets/dataNotes.ts';
import type { Content, Dataset, EmbeddingSource, RowFacts, SkippedRow } from './datasets/dataset.ts';
import { matrixSource } from './datasets/matrixSource.ts';
import { readers } from './datasets/registry.ts';
import { selectEmbeddings, selectFacts } from './datasets/sampling.ts';
import { computingVersions, embedDataset, type EmbeddedDataset } from './embedDataset.ts';
import type { EmbeddingCache } from './encoders/embeddingCache.ts';
import { experiments } from './experiments/registry.ts';
import { buildSubjects } from './measurement/buildSubjects.ts';
import { findInvalidRows, invalidRowsNote } from './measurement/invalidRows.ts';
import { equalModalities, withheldIntervals } from './measurement/measurementNotes.ts';
import { repeatedRowsNotes, sharingOf, type RepeatedRows } from './measurement/repeatedRows.ts';
import { collectRows } from './measurement/rowCollection.ts';
import type { DataFacts } from './metrics/metric.ts';
import { Kernels } from './numerics/kernels.ts';
import type { Matrix } from './numerics/matrix.ts';
import { matrix, takeRows } from './numerics/matrix.ts';
import { Random } from './numerics/random.ts';
import { InputError } from './problems.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import { projectRows } from './projection.ts';
import { pathShortener } from './report/shownPaths.ts';
import type { Device, DeviceChoice } from './runtime/device.ts';
import { chooseDevice } from './runtime/chooseDevice.ts';

/** Embeddings that were read are copied into the run's folder up to this many values: 128 MiB. */
const copiedValues = 2 ** 25;

/** An entry of a configuration that names its kind; the other keys are that kind's own, validated, with defaults. */
interface Entry {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

/** What to measure: a validated configuration. */
export interface MeasurementConfig {
  readonly name: string;
  readonly seed: number;
  readonly data: Entry;
  readonly encoders: Readonly<Record<string, Entry>>;
  readonly experiments: readonly (Entry & { readonly name: string })[];
  readonly device: DeviceChoice;
  /** Statistics over pairs of rows use a sample of this many rows where there are more. */
  readonly pairRows: number;
  /** What equal rows of a modality are taken for. */
  readonly repeatedRows: RepeatedRows;
  /** Whether rows without a direction, of zeros or with values that are not finite, end the run or are left out. */
  readonly invalidRows: 'refuse' | 'skip';
}

/** What is known once the data are open. */
export interface OpenDataFacts extends DataFacts {
  /** Content by modality; null where the data are embeddings already. */
  readonly contents: Readonly<Record<string, Content>> | null;
}

export interface RunOptions {
  readonly baseFolder: string;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
  /** Fail at the first row that cannot be read, instead of leaving it out. */
  readonly strict: boolean;
  /** Whether the caller has a use for the embeddings: those that were read are read once more for it. */
  readonly keepEmbeddings: boolean;
  /** Embeddings of earlier runs, and for later ones; without it everything is embedded. */
  readonly cache?: EmbeddingCache | null;
  /**
   * Called once the data are open, before anything is computed: gives the configuration to go on with, completed with
   * what depends on the data; throws to refuse them.
   */
  readonly completeConfig?: (facts: OpenDataFacts) => MeasurementConfig;
}

export interface MeasuredRun {
  readonly report: Report;
  /** As they were made or read, not normalised; null where they were read and are not kept, or too large to copy. */
  readonly embeddings: readonly { readonly name: string; readonly matrix: Matrix }[] | null;
  /** Numbers of the dataset's rows that could not be read and are not among those measured, ascending. */
  readonly leftOutRows: readonly number[];
}

/**
 * Runs a measurement: opens the data, embeds them where they are not embeddings yet, reads every row once, runs the
 * experiments, and assembles the report. The same configuration and data give the same values.
 *
 * @throws InputError for data, encoders or devices that cannot be used; the signal's reason when it is aborted.
 */
export async function runMeasurement(config: MeasurementConfig, options: RunOptions): Promise<MeasuredRun> {
  return new Run(config, options).execute();
}

/** Embeddings to be measured, and where they come from. */
interface Embedded {
  readonly sources: readonly EmbeddingSource[];
  readonly facts: RowFacts;
  /** One a modality: which rows have equal contents; null where embeddings were read. */
  readonly contents: readonly Uint32Array[] | null;
  /** One a modality; null where embeddings were read. */
  readonly encoders: EmbeddedDataset['encoders'] | null;
  /** Those that this run made; null where they were read. */
  readonly matrices: MeasuredRun['embeddings'];
  /** Numbers of the dataset's rows that these are; null where they are all. */
  readonly rows: Uint32Array | null;
  /** Rows that could not be read, or had no partner. */
  readonly skipped: readonly SkippedRow[];
}

/**
 * Throws an error of too few rows with what became of the others, and any of embeddings that were made without a file,
 * in whose place stands what made them.
 */
function sayOrigin({
  skipped,
  encoders: made,
}: Pick<Embedded, 'skipped' | 'encoders'>): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof InputError)) throw error;
    const { code, message, place } = error;
    const isOfFew = code === 'too-few-rows' && skipped.length > 0;
    if (!isOfFew && made === null) throw error;
    throw new InputError(
      code,
      isOfFew ? withLeftOutRows(message, skipped) : message,
      made === null ? place : {},
    );
  };
}

class Run {
  #config: MeasurementConfig;
  readonly #options: RunOptions;
  readonly #random: Random;
  readonly #notes: Note[] = [];
  readonly #timings: Record<string, number> = {};
  /** Where encoders run; measuring is the CPU's, whose results repeat. */
  #device: Device = 'cpu';

  constructor(config: MeasurementConfig, options: RunOptions) {
    this.#config = config;
    this.#options = options;
    this.#random = new Random(config.seed);
  }

  async execute(): Promise<MeasuredRun> {
    const { data } = this.#config;
    const { baseFolder, signal } = this.#options;
    const kernels = new Kernels({ device: 'cpu' });
    const random = this.#random.stream('data');
    const reader = find(readers, data.kind);
    const keepsInvalidRows = this.#config.invalidRows === 'skip';
    const context = { baseFolder, random, signal, keepsInvalidRows };
    const dataset = await this.#timed('opening', () => reader.open(data, context));
    this.#notes.push(...dataset.notes);
    try {
      this.#config = this.#options.completeConfig?.(factsOf(dataset)) ?? this.#config;
      const all = await this.#timed('embedding', () => this.#embed(dataset));
      const embedded = this.#config.invalidRows === 'skip' ? await this.#withoutInvalidRows(all) : all;
      const report = await this.#measure(embedded, kernels).catch(sayOrigin(all));
      const isRead = embedded.matrices === null && this.#options.keepEmbeddings;
      return {
        report,
        embeddings: isRead ? await copyOf(embedded.sources) : embedded.matrices,
        leftOutRows: embedded.rows === null ? [] : missingFrom(embedded.rows, rowsOf(dataset)),
      };
    } finally {
      await dataset.close();
      await kernels.dispose();
    }
  }

  async #embed(dataset: Dataset): Promise<Embedded> {
    if (dataset.kind === 'embeddings') {
      const { sources, facts } = dataset;
      const { device } = this.#config;
      if (device !== 'auto' && device !== 'cpu') {
        const message = `The device ${device} was not used: the data are embeddings already, and statistics run on the CPU`;
        this.#notes.push({ code: 'device-not-used', message });
      }
      return { sources, facts, contents: null, encoders: null, matrices: null, rows: null, skipped: [] };
    }
    const { baseFolder, strict, cache = null, signal, progress } = this.#options;
    const { device, reasons } = await chooseDevice(this.#config.device, signal);
    this.#device = device;
    const { embeddings, rows, contents, skipped, encoders } = await embedDataset(dataset, {
      encoders: this.#config.encoders,
      device,
      random: this.#random.stream('encoders'),
      baseFolder,
      strict,
      cache,
      signal,
      progress,
      note: (note) => this.#notes.push(note),
    });
    if (reasons.length > 0) {
      const tried = reasons.map((each) => `${each.device} (${each.reason})`).join(', ');
      const message = `The encoders ran on ${device}, chosen by \`auto\` after trying ${tried}`;
      this.#notes.push({ code: 'device', message });
    }
    const named = dataset.modalities.map(({ name }, m) => ({ name, matrix: embeddings[m]! }));
    return {
      sources: named.map(({ name, matrix }, m) => matrixSource(name, encoders[m]!.summary, matrix)),
      facts: selectFacts(dataset.facts, rows),
      contents,
      encoders,
      matrices: named,
      rows,
      skipped,
    };
  }

  /** @throws InputError `too-few-rows` where hardly any row is left. */
  async #withoutInvalidRows(embedded: Embedded): Promise<Embedded> {
    const { sources, facts, contents, matrices } = embedded;
    const invalid = await this.#timed('checking', () => findInvalidRows(sources, this.#options.signal));
    if (invalid.rows.length === 0) return embedded;
    const { rows: count, file } = sources[0]!;
    const note = invalidRowsNote(invalid, count);
    const kept = Uint32Array.from(missingFrom(invalid.rows, count));
    if (kept.length < 2) {
      const error = new InputError('too-few-rows', `${note.message}; a cone needs at least 2`, { file });
      sayOrigin(embedded)(error);
    }
    this.#notes.push(note);
    return {
      ...embedded,
      sources: sources.map((source) => selectEmbeddings(source, kept)),
      facts: selectFacts(facts, kept),
      contents: contents?.map((numbers) => kept.map((row) => numbers[row]!)) ?? null,
      matrices: matrices?.map(({ name, matrix: all }) => ({ name, matrix: takeRows(all, kept) })) ?? null,
      rows: embedded.rows === null ? kept : kept.map((row) => embedded.rows![row]!),
    };
  }

  async #measure(embedded: Embedded, kernels: Kernels): Promise<Report> {
    const { sources, facts, contents } = embedded;
    const { pairRows, repeatedRows, seed } = this.#config;
    const { signal, progress } = this.#options;
    const random = this.#random.stream('measurement');
    const sharing = sources.map(({ modality }, m) =>
      sharingOf(modality, facts, contents?.[m] ?? null, repeatedRows),
    );
    const collection = await this.#timed('reading', () =>
      collectRows(sources, {
        ids: facts.ids,
        sharing: sharing.map((each) => each.sharing),
        pairRows,
        random,
        signal,
        progress,
      }),
    );
    this.#notes.push(...repeatedRowsNotes(collection.modalities, sharing));
    this.#notes.push(...equalModalities(collection.modalities));
    if (collection.sampledRows !== null) {
      this.#notes.push({
        code: 'sampled-rows',
        message:
          `Statistics over pairs of rows come from ${pairRows} of ${collection.rows} rows, drawn with seed ${seed}; ` +
          'means and distances are over all rows. Raise `pairRows` to use more.',
      });
    }
    const subjects = buildSubjects(collection, {
      facts,
      logitScales: embedded.encoders?.map(({ logitScale }) => logitScale) ?? null,
      kernels,
      random,
      signal,
      progress,
    });
    const results: Result[] = [];
    const reports: ExperimentReport[] = [];
    for (const { kind, name, ...parameters } of this.#config.experiments) {
      const started = performance.now();
      const outcome = await find(experiments, kind).run(parameters, {
        subjects,
        signal,
        progress,
        note: (note) => this.#notes.push(note),
      });
      const seconds = (performance.now() - started) / 1000;
      results.push(...outcome.results.map((result) => ({ experiment: name, ...result })));
      reports.push({ name, kind, parameters, tables: [...outcome.tables], seconds });
    }
    this.#notes.push(...withheldIntervals(subjects.modalities[0]!.resampling.withheld));
    const shorten = pathShortener(
      this.#options.baseFolder,
      embedded.encoders === null ? sources.map(({ file }) => file) : [],
    );
    const projection = await this.#timed('projecting', () => Promise.resolve(projectRows(subjects)));
    return {
      version: 1,
      name: this.#config.name,
      createdAt: new Date().toISOString(),
      modalities: collection.modalities.map(({ name, rows, columns, file, hash }, m): ModalityReport => ({
        name,
        rows,
        dimension: columns,
        source: embedded.encoders?.[m]!.summary ?? shorten(file),
        model: embedded.encoders?.[m]!.fingerprint ?? null,
        data: hash,
      })),
      results: this.#finite(results),
      experiments: reports,
      projection,
      notes: this.#notes.map(({ code, message }) => ({ code, message: shorten(message) })),
      provenance: await this.#provenance(),
    };
  }

  /** JSON holds no infinities: what is not a number is left out, and said. */
  #finite(results: readonly Result[]): Result[] {
    return results.filter(({ metric, modalities, value }) => {
      const isFinite = [value].flat().every(Number.isFinite);
      if (!isFinite) {
        const message = `${metric} of ${modalities.join(' and ')} is not a finite number and is left out`;
        this.#notes.push({ code: 'not-finite', message });
      }
      return isFinite;
    });
  }

  async #provenance(): Promise<Report['provenance']> {
    const device = this.#device;
    const { name, seed, data, encoders: byModality, experiments: entries } = this.#config;
    const { pairRows, repeatedRows, invalidRows } = this.#config;
    const rowChoices = { pairRows, repeatedRows, invalidRows };
    const config = { name, seed, data, encoders: byModality, experiments: entries, ...rowChoices, device };
    return {
      config,
      configHash: createHash('sha256').update(canonicalJson(config)).digest('hex'),
      seed,
      randomAlgorithm: Random.algorithm,
      device,
      versions: { ...(await computingVersions()), node: process.versions.node },
      platform: `${process.platform}-${process.arch}`,
      timings: this.#timings,
    };
  }

  async #timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#timings[stage] = (performance.now() - started) / 1000;
    }
  }
}

/** The numbers below `count` that are not in `rows`, which ascend. */
function missingFrom(rows: Uint32Array, count: number): number[] {
  const missing: number[] = [];
  let next = 0;
  for (const row of rows) {
    for (; next < row; next++) missing.push(next);
    next = row + 1;
  }
  for (; next < count; next++) missing.push(next);
  return missing;
}

/** The rows of sources that are small enough to be kept beside the report; null for larger ones. */
async function copyOf(sources: readonly EmbeddingSource[]): Promise<MeasuredRun['embeddings']> {
  const values = sources.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  if (values > copiedValues) return null;
  return Promise.all(
    sources.map(async (source) => {
      const copy = matrix(source.rows, source.columns);
      await source.read(0, source.rows, copy.data);
      return { name: source.modality, matrix: copy };
    }),
  );
}

function find<T extends { readonly kind: string }>(registry: readonly T[], kind: string): T {
  const found = registry.find((entry) => entry.kind === kind);
  if (found === undefined) throw new RangeError(`No entry of kind "${kind}" is registered`);
  return found;
}

function factsOf(dataset: Dataset): OpenDataFacts {
  if (dataset.kind === 'samples') {
    const { modalities, count } = dataset;
    return {
      modalities: modalities.map(({ name }) => name),
      rows: count,
      contents: Object.fromEntries(modalities.map(({ name, content }) => [name, content])),
    };
  }
  const [first] = dataset.sources;
  return {
    modalities: dataset.sources.map(({ modality }) => modality),
    ...(first && { rows: first.rows, dimension: first.columns }),
    contents: null,
  };
}

function rowsOf(dataset: Dataset): number {
  return dataset.kind === 'samples' ? dataset.count : dataset.sources[0]!.rows;
}

/** JSON with sorted keys: equal values give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
