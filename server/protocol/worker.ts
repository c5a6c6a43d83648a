// Between the server and a worker, a process that is forked for a run, or to look into data and finished runs.
import type { Note } from './report.ts';
import type { Contract } from './rpc.ts';
import type { ItemPreview, PointsFile, ProjectionMethod, RowPair } from './runContent.ts';

/** Where a configuration comes from. Paths in it are relative to `baseFolder`. */
export interface ConfigText {
  readonly text: string;
  /** For messages: the file's path, or what it would be called. */
  readonly name: string;
  /** Absolute. */
  readonly baseFolder: string;
}

/** What the worker answers. Paths are absolute. */
export interface WorkerContract extends Contract {
  readonly requests: {
    /** Runs a configuration and writes a run folder, completely or not at all. */
    readonly measure: {
      readonly params: {
        readonly config: ConfigText;
        /** The experiment file that the configuration is; null for one that was not saved. */
        readonly configFile: string | null;
        readonly runFolder: string;
        readonly cacheFolder: string;
        /** `device:` where the configuration names none. */
        readonly device: string;
      };
      readonly result: null;
    };
    /** How many problems keep a configuration from running, as far as its text tells. */
    readonly countErrors: {
      readonly params: { readonly config: ConfigText };
      readonly result: { readonly errors: number };
    };
    /** What files or a folder hold, and the configuration that measures them. */
    readonly describeData: {
      readonly params: { readonly paths: readonly string[]; readonly baseFolder: string };
      readonly result: DataDescription;
    };
    /** What a `data:` entry that was put together gives. */
    readonly describeEntry: {
      readonly params: { readonly data: Readonly<Record<string, unknown>>; readonly baseFolder: string };
      readonly result: DataDescription;
    };
    /** The columns to choose from, where files are tables; null where they are something else. */
    readonly tableColumns: {
      readonly params: { readonly paths: readonly string[]; readonly baseFolder: string };
      readonly result: TableColumns | null;
    };
    /** What a `data:` entry of a configuration, validated and with defaults, gives. */
    readonly inspectEntry: {
      readonly params: {
        readonly entry: Readonly<Record<string, unknown>>;
        /** Whether rows without numbers are read, to be left out later. */
        readonly keepsInvalidRows: boolean;
        readonly baseFolder: string;
      };
      readonly result: Pick<DataDescription, 'rows' | 'modalities' | 'notes'> & {
        /** Names of the classes of these rows; null where the data have no labels. */
        readonly classes: readonly string[] | null;
      };
    };
    /** The classes of the data that a `data:` entry names, whatever its `classes` and `limit` take of them. */
    readonly inspectClasses: {
      readonly params: { readonly entry: Readonly<Record<string, unknown>>; readonly baseFolder: string };
      readonly result: {
        /** In the order of their names. */
        readonly classes: readonly { readonly name: string; readonly rows: number }[];
        /** Whether these are all of them: there may be too many to list. */
        readonly isComplete: boolean;
      };
    };
    /** What a table holds. */
    readonly inspectTable: {
      readonly params: {
        readonly entry: { readonly paths: readonly string[] } | { readonly sql: string };
        readonly baseFolder: string;
      };
      readonly result: {
        readonly columns: readonly { readonly name: string; readonly type: string }[];
        readonly rows: number;
      };
    };
    /** What a trained model is, as far as its files tell. Nothing is downloaded or started. */
    readonly describeModel: {
      readonly params: {
        readonly model: string;
        readonly revision: string | null;
        /** What the encoder embeds; null where that is not known. */
        readonly content: string | null;
        /** The encoder's other parameters, by name, as the configuration has them. */
        readonly given: Readonly<Record<string, unknown>>;
        readonly baseFolder: string;
      };
      readonly result: ModelDescription;
    };
    /** What a model in an ONNX file is, as far as that tells. Nothing is started. */
    readonly describeOnnxModel: {
      readonly params: {
        /** An entry under `encoders:` that is valid, or nearly. */
        readonly entry: Readonly<Record<string, unknown>>;
        /** What the encoder embeds; null where that is not known. */
        readonly content: string | null;
        readonly baseFolder: string;
      };
      readonly result: ModelDescription;
    };
    /** Every row's place in the plane, written once into the run's folder. */
    readonly projectRows: {
      readonly params: { readonly runFolder: string; readonly method: ProjectionMethod };
      readonly result: PointsFile;
    };
    /** The matched pairs whose cosines are lowest: likely mismatches. */
    readonly worstPairs: {
      readonly params: {
        readonly runFolder: string;
        readonly modalities: readonly [string, string];
        readonly count: number;
      };
      readonly result: { readonly pairs: readonly RowPair[] };
    };
    /** What an item looks like: thumbnail, text, file. */
    readonly preview: {
      readonly params: { readonly runFolder: string; readonly row: number; readonly modality: string };
      readonly result: ItemPreview;
    };
    /** Closes the files that are open of a run, which is about to be deleted. */
    readonly closeRun: { readonly params: { readonly runFolder: string }; readonly result: null };
  };
  readonly notifications: Readonly<Record<string, never>>;
}

/** What a path stands for. */
export interface DataDescription {
  /** The reader's kind and title. */
  readonly reader: string;
  readonly title: string;
  /** The `data:` entry of a configuration. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly rows: number | null;
  readonly modalities: readonly {
    readonly name: string;
    /** What its items are made of; null where the data are embeddings. */
    readonly content: string | null;
    /** Columns of embeddings. */
    readonly dimension: number | null;
  }[];
  /** What the report of a run will say of the data: what was left out, and what was read in another way. */
  readonly notes: readonly Note[];
}

/** What modalities can be chosen from in tables. */
export interface TableColumns {
  /** The `data:` entry that reads all of it. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** By modality: the columns that are taken where none are named. */
  readonly recognised: Readonly<Record<string, string>>;
}

/** A trained model, as far as its files tell. */
export interface ModelDescription {
  readonly architecture: string | null;
  /** Number of parameters. */
  readonly parameters: number | null;
  /** Bytes of the weights. */
  readonly size: number | null;
  /** Length of the embeddings. */
  readonly dimension: number | null;
  /** What cosines were multiplied by in training. */
  readonly logitScale: number | null;
  /** What is done with items and with what the model gives, a few words each; nothing unless given. */
  readonly details?: readonly string[];
  /** Whether it is on this machine. */
  readonly isPresent: boolean;
  /** What the report of a run will say of it; nothing unless given. */
  readonly notes?: readonly Note[];
}
