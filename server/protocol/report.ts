// The report of a run, as `report.json` holds it and as panels and the HTML report show it.
// Its JSON Schema is generated from server/engine/report/schema.ts, which a test holds to these types.

/** Which way is better. Most geometry has no better side: `neither`. */
export type Direction = 'higher' | 'lower' | 'neither';

/** A bootstrap interval. */
export interface Interval {
  low: number;
  high: number;
  /** Coverage, e.g. 0.95. */
  level: number;
  /** How it was made, e.g. `percentile bootstrap over pairs`. */
  method: string;
  resamples: number;
}

/** One measured value: the flat list of these is what scripts read. */
export interface Result {
  /** Name of the experiment entry that measured it. */
  experiment: string;
  metric: string;
  /** One for a property of a modality; two for a pair, where the order is the direction (query, gallery). */
  modalities: string[];
  value: number | number[];
  unit: string;
  direction: Direction;
  interval: Interval | null;
  parameters: Record<string, string | number | boolean | number[]>;
}

/** A table an experiment produced: columns by name, all of the same length. */
export interface Table {
  name: string;
  title: string;
  columns: { name: string; unit: string; values: (number | string)[] }[];
}

export interface ExperimentReport {
  name: string;
  kind: string;
  parameters: Record<string, unknown>;
  tables: Table[];
  seconds: number;
}

export interface ModalityReport {
  name: string;
  rows: number;
  dimension: number;
  /** What made the embeddings: an encoder's summary, or the file they were read from. */
  source: string;
  /** SHA-256 of the encoder; null where embeddings were read. */
  model: string | null;
  /** SHA-256 of the embeddings. */
  data: string;
}

/** Something the reader of the report should know: rows skipped, values sampled, weights random. */
export interface Note {
  code: string;
  message: string;
}

/** Points for the scatter: a seeded sample of rows, projected on the two first principal components of all modalities together. */
export interface Projection {
  method: 'pca';
  /** Row numbers of the dataset, from 0. */
  rows: number[];
  ids: string[];
  labels: string[] | null;
  /** By modality: x and y of each row. */
  points: Record<string, { x: number[]; y: number[] }>;
  /** Share of the variance each component holds. */
  explained: number[];
}

export interface Report {
  /** Version of this format: raised when a field changes its meaning. */
  version: 1;
  name: string;
  createdAt: string;
  modalities: ModalityReport[];
  results: Result[];
  experiments: ExperimentReport[];
  projection: Projection | null;
  notes: Note[];
  provenance: Provenance;
}

export interface Provenance {
  config: Record<string, unknown>;
  configHash: string;
  seed: number;
  randomAlgorithm: string;
  device: string;
  versions: Record<string, string>;
  platform: string;
  /** Seconds by stage. */
  timings: Record<string, number>;
}
