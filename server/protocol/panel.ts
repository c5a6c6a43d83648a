// Between a panel's page and the extension.
import type { ServerRequests } from './lsp.ts';
import type { MetricDescriptions } from './metricDescription.ts';
import type { Report } from './report.ts';
import type { Contract } from './rpc.ts';
import type { PointsFile, ProjectionMethod } from './runContent.ts';

/** What a panel shows; all that survives a reload of the window. */
export type PanelIdentity =
  | { readonly view: 'run'; readonly uri: string }
  | { readonly view: 'compare'; readonly uris: readonly string[] };

/** Choices of the reader, by figure and key: how a run is shown, never what. */
export type ViewSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a page keeps for a reload, and gets back: what it shows, and how. */
export type PanelState = PanelIdentity & { readonly settings?: ViewSettings };

export interface RunContent {
  readonly uri: string;
  readonly report: Report;
  readonly descriptions: MetricDescriptions;
}

/** What the extension answers to the page. */
export interface PanelHostContract extends Contract {
  readonly requests: {
    /** The reports to show, small; fails with `run-missing` where a run is gone. */
    readonly open: {
      readonly params: null;
      readonly result: { readonly identity: PanelIdentity; readonly runs: readonly RunContent[] };
    };
    /** Points of a run, `bytes` as {@link PointsFile} lays them out. */
    readonly points: {
      readonly params: { readonly uri: string; readonly method: ProjectionMethod };
      readonly result: { readonly file: PointsFile; readonly bytes: Uint8Array };
    };
    readonly worstPairs: ServerRequests['worstPairs'];
    readonly preview: ServerRequests['preview'];
    /** Asks where, and writes a file that the page made. */
    readonly saveFile: {
      readonly params: { readonly name: string; readonly content: string | Uint8Array };
      readonly result: { readonly isSaved: boolean };
    };
  };
  readonly notifications: {
    /** Opens an item's own file beside the panel. */
    readonly openItem: { readonly uri: string; readonly row: number; readonly modality: string };
    /** Starts the same run again. */
    readonly runAgain: { readonly uri: string };
    readonly showRuns: null;
  };
}

/** A chart of a panel. */
export interface PanelChart {
  readonly id: string;
  readonly title: string;
}

/** What the page answers to the extension. */
export interface PanelPageContract extends Contract {
  readonly requests: {
    /** The charts of the page, in its order, once it shows them. */
    readonly charts: {
      readonly params: null;
      readonly result: readonly PanelChart[];
    };
    /** A chart as it is shown, as a PNG image. */
    readonly chartImage: { readonly params: { readonly id: string }; readonly result: Uint8Array };
  };
  readonly notifications: {
    /** The run's folder was changed or removed. */
    readonly runChanged: { readonly uri: string };
  };
}
