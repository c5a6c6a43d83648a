import type { z } from 'zod';
import type { Note } from '../../protocol/report.ts';
import type { Random } from '../numerics/random.ts';
import type { Problem } from '../problems.ts';

/** What a modality's items may be made of. */
export const contents = ['image', 'text', 'audio', 'video', 'protein', 'tensor'] as const;

/** What a modality's items are made of; an encoder accepts some of these. */
export type Content = (typeof contents)[number];

/** One item to embed, not yet decoded. `name` is what messages call it; `file` the file that it is, where it is one. */
export type Item = ImageItem | TextItem | AudioItem | VideoItem | ProteinItem | TensorItem;

export interface ImageItem {
  readonly content: 'image';
  readonly name: string;
  readonly file?: string;
  load(): Promise<ImageInput>;
}

export interface TextItem {
  readonly content: 'text';
  readonly text: string;
}

/** An encoded audio file: WAV, FLAC, MP3 or another format with a decoder. */
export interface AudioItem {
  readonly content: 'audio';
  readonly name: string;
  readonly file?: string;
  load(): Promise<Uint8Array>;
}

/** An encoded video file. */
export interface VideoItem {
  readonly content: 'video';
  readonly name: string;
  readonly file?: string;
  load(): Promise<VideoInput>;
}

/** Amino acids in one-letter codes, upper case. */
export interface ProteinItem {
  readonly content: 'protein';
  readonly name: string;
  readonly sequence: string;
}

/** An array of numbers that goes into a model as it is. */
export interface TensorItem {
  readonly content: 'tensor';
  readonly name: string;
  readonly file?: string;
  load(): Promise<TensorInput>;
}

/** An image as a reader has it: an encoded file's bytes, or pixels (RGB, 8 bit, row-major, interleaved). */
export type ImageInput =
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array }
  | { readonly kind: 'pixels'; readonly width: number; readonly height: number; readonly rgb: Uint8Array };

/** A video as a reader has it: a file's absolute path, which a decoder can seek in, or bytes from within another file. */
export type VideoInput =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** Row-major values of one item, without a batch axis. */
export interface TensorInput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** One row of a dataset: an item of each modality, in the order of the dataset's modalities. */
export interface Sample {
  /** Names the row in messages and reports; unique within the dataset. */
  readonly id: string;
  readonly items: readonly Item[];
}

/** Facts about rows that metrics and charts use beside the embeddings; each list has one entry a row. */
export interface RowFacts {
  readonly ids?: readonly string[];
  readonly labels?: readonly string[];
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /**
   * The relevance map, where one item of a modality belongs to several rows (an image with five captions): rows
   * with equal numbers in `groups` share their item of the modality `shared`. In retrieval between that modality and
   * any other, all of a group's rows are right answers to its shared item, and that item to each of them. Between two
   * other modalities, row i belongs to row i alone.
   */
  readonly relevance?: { readonly shared: string; readonly groups: Int32Array };
}

/**
 * What the user must know of data beside their rows: arrays, columns or files that were left out, each named with its
 * type and shape, and what was read in another way than it stands there.
 */
export type DataNotes = readonly Note[];

/** Rows to embed, of any number of modalities. Rows are read by index, in any order and concurrently. */
export interface SampleDataset {
  readonly kind: 'samples';
  readonly modalities: readonly { readonly name: string; readonly content: Content }[];
  readonly count: number;
  readonly facts: RowFacts;
  /** What was left out while listing, each named: unreadable lines, images without a caption. */
  readonly skipped: readonly SkippedRow[];
  readonly notes: DataNotes;
  /** @throws InputError when the row cannot be read; the caller skips or fails, as asked. */
  read(index: number): Promise<Sample>;
  close(): Promise<void>;
}

export interface SkippedRow {
  readonly id: string;
  readonly reason: string;
}

/** Precomputed embeddings of one modality: rows read in chunks, so that a file may be larger than memory. */
export interface EmbeddingSource {
  readonly modality: string;
  /** The file that the rows come from, for messages. */
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  /** Copies rows `start … start + count − 1`, as float32, to the beginning of `target`. */
  read(start: number, count: number, target: Float32Array): Promise<void>;
}

/** Precomputed embeddings of one modality or more; row i of each belongs together. */
export interface EmbeddingDataset {
  readonly kind: 'embeddings';
  readonly sources: readonly EmbeddingSource[];
  readonly facts: RowFacts;
  readonly notes: DataNotes;
  close(): Promise<void>;
}

export type Dataset = SampleDataset | EmbeddingDataset;

/** What a reader is given beside its own parameters. */
export interface ReadContext {
  /** Relative paths of the configuration start here. */
  readonly baseFolder: string;
  /** Seeded; readers draw from their own stream of it. */
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Whether rows without numbers where embeddings should be are given as NaN, for the caller to leave out; else refused. */
  readonly keepsInvalidRows?: boolean;
}

/** A kind of input. `open` lists and checks; the rows themselves are read later. */
export interface ReaderDefinition<Params extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  /** What it gives: rows to embed, embeddings, or either, as the columns say. */
  readonly gives: 'embeddings' | 'samples' | 'either';
  readonly params: Params;
  /** Whether a path given on the command line is for this reader: judged by name and kind, and cheap looks inside. */
  recognises?(path: string, isFolder: boolean): Promise<boolean>;
  /** The parameters a bare path stands for. Present where `recognises` is. */
  paramsFor?(path: string): z.input<Params>;
  /** Problems that the parameters have with one another; no file is looked at. `open` refuses them too. */
  check?(params: z.output<Params>): Problem[];
  /**
   * How many rows each class has, whatever `classes` and `limit` take. Present where that is cheaper than to open all
   * rows and look at their labels.
   *
   * @throws InputError `labels-missing`, and as `open` does.
   */
  countClasses?(params: z.output<Params>, context: ReadContext): Promise<ReadonlyMap<string, number>>;
  open(params: z.output<Params>, context: ReadContext): Promise<Dataset>;
}

/** Declares a reader; one file declares one, and `registry.ts` lists it. */
export function defineReader<Params extends z.ZodObject>(
  definition: ReaderDefinition<Params>,
): ReaderDefinition<Params> {
  return definition;
}
