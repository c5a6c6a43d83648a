import { existsSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import type { FinishedRun } from './runStore.ts';

/** A folder that changes is looked at once it has been quiet for so long. */
const quietMilliseconds = 200;

/** Notices runs that other programs, such as the command line, write or remove. */
export class RunWatcher {
  readonly #list: () => Promise<readonly FinishedRun[]>;
  readonly #onChange: (folder: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #roots: readonly string[] = [];
  #known: ReadonlySet<string> | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange Told of each run that has come or gone since the roots were looked at last. */
  constructor(list: () => Promise<readonly FinishedRun[]>, onChange: (folder: string) => void) {
    this.#list = list;
    this.#onChange = onChange;
  }

  /** Watches folders of runs, or where there is none yet, the folder that it would appear in. */
  watch(roots: readonly string[]): void {
    this.#roots = roots;
    const places = new Set(roots.map((root) => (existsSync(root) ? root : dirname(root))));
    for (const [place, watcher] of this.#watchers) {
      if (places.has(place)) continue;
      watcher.close();
      this.#watchers.delete(place);
    }
    for (const place of places) {
      if (this.#watchers.has(place) || !existsSync(place)) continue;
      const watcher = watch(place, { persistent: false }, () => {
        this.#lookSoon();
      });
      // A folder that is removed cannot be watched any more.
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(place);
      });
      this.#watchers.set(place, watcher);
    }
    this.#lookSoon();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), quietMilliseconds).unref();
  }

  async #look(): Promise<void> {
    const hasMoved = this.#roots.some((root) => existsSync(root) !== this.#watchers.has(root));
    const found = new Set((await this.#list()).map(({ folder }) => folder));
    const known = this.#known;
    this.#known = found;
    if (known !== null) {
      for (const folder of found) if (!known.has(folder)) this.#onChange(folder);
      for (const folder of known) if (!found.has(folder)) this.#onChange(folder);
    }
    if (hasMoved) this.watch(this.#roots);
  }
}
