import type { Note } from '../../../protocol/report.ts';
import type { NumberType } from '../numberTypes.ts';

/** An array in a container, as far as is known before its values are read. */
export type ContainerArray = NumberArray | OtherArray;

/** An array of numbers. */
export interface NumberArray {
  /** The way to it in the container, such as `clip/image`. */
  readonly name: string;
  /** How `read` gives its values, which may not be how they are stored. */
  readonly type: NumberType;
  readonly shape: readonly number[];
  /** Rows (of the last axis but one) that are stored together, so that reading fewer costs as much. */
  readonly rowsTogether: number;
  /** Whether it is to be read with its axes in the opposite order, as who wrote it shows it. */
  readonly isTransposed?: boolean;
}

/** What cannot be read as numbers. */
export interface OtherArray {
  readonly name: string;
  readonly type: null;
  /** What it is, for messages. */
  readonly description: string;
  /** Null for what is no array. */
  readonly shape: readonly number[] | null;
  /** What to do to have it read, where something can be done. */
  readonly advice?: string;
}

/** A container that was opened: its arrays, and a way to read parts of them. */
export interface Container {
  readonly arrays: readonly ContainerArray[];
  /** What is to be said of the container as a whole. */
  readonly notes: readonly Note[];
  /**
   * The values of a block of an array of numbers, row-major: `count[a]` indices of axis a from `offset[a]` on.
   *
   * @throws InputError when they cannot be read.
   */
  read(index: number, offset: readonly number[], count: readonly number[]): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The kinds of containers, each of which has a module that opens it. */
export type ContainerKind = 'hdf5' | 'arrow' | 'zarr';

/** What a container is opened from. */
export interface ContainerSource {
  /** The file or folder. */
  readonly path: string;
  /** Of a Hugging Face folder with several splits, the one to take. */
  readonly split?: string | undefined;
}

/** What the thread that reads containers is asked. */
export type ContainerRequest =
  | {
      readonly id: number;
      readonly ask: 'open';
      readonly kind: ContainerKind;
      readonly source: ContainerSource;
    }
  | {
      readonly id: number;
      readonly ask: 'read';
      readonly container: number;
      readonly index: number;
      readonly offset: readonly number[];
      readonly count: readonly number[];
    }
  | { readonly id: number; readonly ask: 'close'; readonly container: number };

/** What it answers to `open`. */
export interface OpenedContainer {
  readonly container: number;
  readonly arrays: readonly ContainerArray[];
  readonly notes: readonly Note[];
}

/** What it answers: a result, or what an `InputError` says, or what else went wrong. */
export type ContainerResponse =
  | { readonly id: number; readonly result: OpenedContainer | Uint8Array | null }
  | { readonly id: number; readonly problem: { readonly code: string; readonly message: string } }
  | { readonly id: number; readonly failure: string };
