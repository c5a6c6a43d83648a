import type { Content } from '../engine/datasets/dataset.ts';
import type { Note, Result } from '../protocol/report.ts';

/** A fact, or undefined where it is not known yet: it is being looked up, and `onChange` will tell. */
export type Known<T> = T | undefined;

/** Why something could not be read. */
export interface FactProblem {
  readonly problem: {
    readonly code: string;
    readonly message: string;
    /** URI of the file at fault; null where none is. */
    readonly uri: string | null;
  };
}

/** What a path leads to. */
export interface PathFacts {
  /** Absolute URI, also of what is not there. */
  readonly uri: string;
  readonly kind: 'file' | 'folder' | 'missing';
  /** Bytes of a file; null for a folder, and for what is not there. */
  readonly size: number | null;
}

/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** What a table holds. */
export interface TableFacts {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number | null;
}

/** What a `data:` entry gives. */
export interface DataEntryFacts {
  /** Rows after `limit`; null where they cannot be counted without reading all. */
  readonly rows: number | null;
  readonly modalities: readonly {
    readonly name: string;
    /** What its items are made of; null where the data are embeddings. */
    readonly content: Content | null;
    /** Columns of embeddings; null where they have to be made. */
    readonly dimension: number | null;
  }[];
  /** Names of the classes of these rows; null where the data have no labels. */
  readonly classes: readonly string[] | null;
  /** What a run will say of the data: what is left out, and what is read in another way than it stands there. */
  readonly notes: readonly Note[];
}

/** The classes of the data that a `data:` entry names, whatever it takes of them. */
export interface ClassFacts {
  /** In the order of their names. */
  readonly classes: readonly { readonly name: string; readonly rows: number }[];
  /** Whether these are all of them: there may be too many to list. */
  readonly isComplete: boolean;
}

/** What a trained model is, as far as its files tell without starting it. */
export interface ModelFacts {
  /** Such as `CLIP ViT-B/32`. */
  readonly architecture: string | null;
  /** Number of parameters. */
  readonly parameters: number | null;
  /** Bytes of the weights. */
  readonly size: number | null;
  /** Length of the embeddings. */
  readonly dimension: number | null;
  /** What cosines were multiplied by in training: the inverse of the temperature. */
  readonly logitScale: number | null;
  /** What is done with items and with what the model gives, a few words each; nothing unless given. */
  readonly details?: readonly string[];
  /** Whether it is on this machine; else it is downloaded at the first run. */
  readonly isPresent: boolean;
  /** What the report of a run will say of it; nothing unless given. */
  readonly notes?: readonly Note[];
}

/** A finished run of an experiment file. */
export interface RunFacts {
  /** URI of its folder: what `modalityGap.openRun` takes. */
  readonly uri: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly device: string;
  readonly rows: number | null;
  readonly configHash: string;
  /** The configuration that was run, as its report holds it: with defaults, and the encoders that were used. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether the data have been changed since; undefined while that is not known. */
  readonly isDataChanged: Known<boolean>;
  /** Those with a single value; `experiment` is the entry's name. */
  readonly results: readonly Result[];
}

/** What of this machine limits a run. */
export interface MachineFacts {
  /** Bytes of memory in all. */
  readonly memory: number;
  readonly cores: number;
}

/** How the run reads its data. */
export interface DataOptions {
  /** Whether rows without numbers are read, to be left out later. */
  readonly keepsInvalidRows: boolean;
}

/**
 * What language features know beside the text. They are called while someone types: they answer at once from what was
 * found before, and look up the rest afterwards. Paths and entries are given as they are written in the document, whose
 * URI says where relative ones start.
 */
export interface Facts {
  path(documentUri: string, path: string): Known<PathFacts>;
  /** Empty for what is no folder. `path` may be `.`. */
  folder(documentUri: string, path: string): Known<readonly FolderEntry[]>;
  /** @param table Either `path`, a text or a list of texts as far as it is right, or `sql`. */
  table(documentUri: string, table: Readonly<Record<string, unknown>>): Known<TableFacts | FactProblem>;
  /** @param entry A validated `data:` entry, with defaults. */
  data(
    documentUri: string,
    entry: Readonly<Record<string, unknown>>,
    options?: DataOptions,
  ): Known<DataEntryFacts | FactProblem>;
  /** @param entry A validated `data:` entry, with defaults, without what chooses rows: `classes`, `limit`. */
  classes(documentUri: string, entry: Readonly<Record<string, unknown>>): Known<ClassFacts | FactProblem>;
  /**
   * @param entry A validated entry of `encoders:`.
   * @param content What it embeds, where that is known: a model may have several outputs.
   */
  model(
    documentUri: string,
    entry: Readonly<Record<string, unknown>>,
    content?: Content,
  ): Known<ModelFacts | FactProblem>;
  /** Finished runs of the file, the newest first. */
  runs(documentUri: string): Known<readonly RunFacts[]>;
  machine(): Known<MachineFacts>;
  /** Called when a fact became known or changed. Ends when the result is disposed of. */
  onChange(listener: () => void): { dispose(): void };
}

/** Facts where nothing is known and nothing will be: for texts of no file, and for tests. */
export const noFacts: Facts = {
  path: () => undefined,
  folder: () => undefined,
  table: () => undefined,
  data: () => undefined,
  classes: () => undefined,
  model: () => undefined,
  runs: () => undefined,
  machine: () => undefined,
  onChange: () => ({ dispose: () => undefined }),
};
