// Custom messages between the extension and the language server, beside those of the Language Server Protocol. The
// method of each is its key here with `modalityGap/` before it. URIs are strings.
import type { MetricDescriptions } from './metricDescription.ts';
import type { ProgressUpdate } from './progress.ts';
import type { Report } from './report.ts';
import type { ItemPreview, PointsFile, ProjectionMethod, RowPair } from './runContent.ts';
import type { DataDescription, ModelDescription, TableColumns } from './worker.ts';

/** A run that is waiting, going on, or finished. */
export interface RunSummary {
  /** Its folder's URI once finished, and before that where it is going to be: the identity of a run. */
  readonly uri: string;
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number | null;
  readonly progress: ProgressUpdate | null;
  /** Why it failed, with its code and the file at fault. */
  readonly error: { readonly message: string; readonly code: string; readonly file: string | null } | null;
  /** The experiment file that it was started from; null for data measured without one. */
  readonly configUri: string | null;
  /** Null before it is finished. */
  readonly headline: RunHeadline | null;
  readonly isPinned: boolean;
}

/** What a list shows of a finished run. */
export interface RunHeadline {
  readonly modalities: readonly string[];
  readonly rows: number;
  readonly device: string;
  /** Gap distance of the first pair; null for a single modality. */
  readonly gapDistance: number | null;
  /** Mean cosine by modality: how narrow each cone is; null where it was not measured. */
  readonly meanCosines: readonly (number | null)[];
}

/** An experiment file of the workspace. */
export interface ExperimentFile {
  readonly uri: string;
  readonly name: string;
  /** Number of problems that keep it from running. */
  readonly errors: number;
  readonly lastRun: string | null;
}

/** From the extension to the server. A request that fails has an `RpcFailure` as its error's `data`. */
export interface ServerRequests {
  readonly describeData: {
    /** Paths in the description's `data` are relative to `baseUri`, a folder. */
    readonly params: { readonly uris: readonly string[]; readonly baseUri: string };
    readonly result: DataDescription;
  };
  /** What a `data:` entry that was put together gives; its relative paths start in `baseUri`. */
  readonly describeEntry: {
    readonly params: { readonly data: Readonly<Record<string, unknown>>; readonly baseUri: string };
    readonly result: DataDescription;
  };
  /** What the model of an encoder is, as far as its files tell; null for an encoder that needs none. */
  readonly describeEncoder: {
    readonly params: {
      /** An entry of `encoders:`; its relative paths start in `baseUri`. */
      readonly encoder: Readonly<Record<string, unknown>>;
      /** What it embeds. */
      readonly content: string;
      readonly baseUri: string;
    };
    readonly result: ModelDescription | null;
  };
  /** The columns to choose from, where files are tables; null where they are something else. */
  readonly tableColumns: {
    readonly params: { readonly uris: readonly string[]; readonly baseUri: string };
    readonly result: TableColumns | null;
  };
  /** Text of a `*.gap.yaml` for data and encoders that were chosen. */
  readonly draftConfig: {
    readonly params: {
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
      /** By modality: an entry of `encoders:`. */
      readonly encoders: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      readonly limit: number | null;
    };
    readonly result: { readonly text: string };
  };
  readonly startRun: {
    readonly params:
      | { readonly kind: 'file'; readonly uri: string }
      /** A configuration that was not saved; its relative paths start in `baseUri`. */
      | { readonly kind: 'text'; readonly text: string; readonly name: string; readonly baseUri: string };
    readonly result: RunSummary;
  };
  /**
   * Starts what another run was started from, whatever became of that one: its experiment file as it is now, or the
   * configuration that it had where there is no such file.
   */
  readonly runAgain: { readonly params: { readonly uri: string }; readonly result: RunSummary };
  readonly cancelRun: { readonly params: { readonly uri: string }; readonly result: null };
  readonly listRuns: { readonly params: null; readonly result: readonly RunSummary[] };
  readonly listExperiments: { readonly params: null; readonly result: readonly ExperimentFile[] };
  readonly renameRun: {
    readonly params: { readonly uri: string; readonly name: string };
    readonly result: null;
  };
  readonly pinRun: {
    readonly params: { readonly uri: string; readonly isPinned: boolean };
    readonly result: null;
  };
  readonly deleteRun: { readonly params: { readonly uri: string }; readonly result: null };
  readonly readReport: {
    readonly params: { readonly uri: string };
    readonly result: { readonly report: Report; readonly descriptions: MetricDescriptions };
  };
  readonly projectRows: {
    readonly params: { readonly uri: string; readonly method: ProjectionMethod };
    readonly result: PointsFile;
  };
  readonly worstPairs: {
    readonly params: {
      readonly uri: string;
      readonly modalities: readonly [string, string];
      readonly count: number;
    };
    readonly result: { readonly pairs: readonly RowPair[] };
  };
  readonly preview: {
    readonly params: { readonly uri: string; readonly row: number; readonly modality: string };
    readonly result: ItemPreview;
  };
  readonly clearCache: { readonly params: null; readonly result: { readonly bytes: number } };
}

/** From the server to the extension. */
export interface ServerNotifications {
  /** A run has come further, or ended, or was changed or removed (`run` null). */
  readonly runChanged: { readonly uri: string; readonly run: RunSummary | null };
}

/** What the server is started with. */
export interface ServerOptions {
  /** Whether the workspace is trusted: without trust nothing runs. */
  readonly isTrusted: boolean;
  /** Folder for runs where there is no workspace, absolute. */
  readonly storageFolder: string;
  /** Folder of runs, relative to the workspace folder. */
  readonly runsFolder: string;
  /** Folder of the embedding cache; null for the usual one. */
  readonly cacheFolder: string | null;
  /** `device:` of runs whose configuration names none. */
  readonly device: string;
}
