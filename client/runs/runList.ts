import type { RunSummary } from '../../server/protocol/lsp.ts';

/** The runs that the server told of, in the order of a list: pinned ones first, then the newest. */
export class RunList {
  private readonly runs = new Map<string, RunSummary>();
  private readonly listeners = new Set<(change: RunListChange) => void>();

  /** Replaces all of them by a list that was asked for. What is told of a run meanwhile is newer than the list. */
  async replace(asked: Promise<readonly RunSummary[]>): Promise<void> {
    const told = new Map<string, RunSummary | null>();
    const listening = this.onChange(({ uri, run }) => {
      if (uri !== null) told.set(uri, run);
    });
    try {
      const listed = (await asked).map((run) => [run.uri, run] as const);
      this.runs.clear();
      for (const [uri, run] of [...listed, ...told]) {
        if (run === null) this.runs.delete(uri);
        else this.runs.set(uri, run);
      }
    } finally {
      listening.dispose();
    }
    this.tell({ uri: null, before: null, run: null });
  }

  /** A run has changed, or is gone (`run` null). */
  change(uri: string, run: RunSummary | null): void {
    const before = this.runs.get(uri) ?? null;
    if (run === null) this.runs.delete(uri);
    else this.runs.set(uri, run);
    this.tell({ uri, before, run });
  }

  /** @returns what ends the subscription. */
  onChange(listener: (change: RunListChange) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  get(uri: string): RunSummary | undefined {
    return this.runs.get(uri);
  }

  sorted(): RunSummary[] {
    return [...this.runs.values()].sort(
      (a, b) =>
        Number(b.isPinned) - Number(a.isPinned) ||
        b.startedAt.localeCompare(a.startedAt) ||
        a.uri.localeCompare(b.uri),
    );
  }

  active(): RunSummary[] {
    return this.sorted().filter(isActive);
  }

  /** Finished ones, the newest first. */
  finished(): RunSummary[] {
    return this.sorted()
      .filter(({ state }) => state === 'finished')
      .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  private tell(change: RunListChange): void {
    for (const listener of this.listeners) listener(change);
  }
}

/** What became of a run; `uri` null where all of them were replaced. */
export interface RunListChange {
  readonly uri: string | null;
  readonly before: RunSummary | null;
  readonly run: RunSummary | null;
}

/** Whether it waits or goes on: it can be cancelled, and has no report. */
export function isActive({ state }: RunSummary): boolean {
  return state === 'waiting' || state === 'running';
}
