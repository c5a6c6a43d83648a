// What a panel asks for beyond the report: points, pairs, items. Nothing here is in the report, which stays small.

export const projectionMethods = ['pca', 'umap'] as const;

export type ProjectionMethod = (typeof projectionMethods)[number];

/**
 * Points of every row, or of a seeded sample of them, in one file: for each modality in turn, x and y of each row as
 * little-endian float32, interleaved; then the rows' numbers in the dataset as uint32.
 */
export interface PointsFile {
  /** Absolute path, in the run's folder. */
  readonly path: string;
  readonly method: ProjectionMethod;
  readonly modalities: readonly string[];
  readonly rows: number;
  /** Rows of the run; more than `rows` where the points are a sample. */
  readonly totalRows: number;
  /** Share of the variance that each axis holds; null where the method has none. */
  readonly explained: readonly [number, number] | null;
  /** What the rows can be grouped by: their label first, where the data have one, then attributes. */
  readonly groupings: readonly RowGrouping[];
}

/** What rows are grouped by. */
export interface RowGrouping {
  /** `label`, or the attribute's. */
  readonly name: string;
  /** Names of the groups, ascending. */
  readonly groups: readonly string[];
  /** For each row, its group as an index. */
  readonly ofRow: readonly number[];
}

/** A matched pair and how far apart it lies. */
export interface RowPair {
  /** Number of the row in the dataset, from 0. */
  readonly row: number;
  readonly id: string;
  readonly cosine: number;
}

/** What is shown of an item when a pointer rests on it. */
export interface ItemPreview {
  readonly id: string;
  readonly label: string | null;
  /** JPEG as a data URI, at most 256 pixels a side; null for what is no picture. */
  readonly thumbnail: string | null;
  /** Caption, sequence; null for what is no text. */
  readonly text: string | null;
  /** The item's own file, absolute; null where it has none. */
  readonly file: string | null;
}
