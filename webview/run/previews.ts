import type { ItemPreview } from '../../server/protocol/runContent.ts';
import type { PanelHost } from './connection.ts';

/** Previews that are kept: some megabytes of thumbnails. */
const mostKept = 500;

/** What items of one run look like, each asked for once. */
export class Previews {
  readonly #host: PanelHost;
  readonly #uri: string;
  /** The one used last at the end. */
  readonly #kept = new Map<string, Promise<ItemPreview>>();

  constructor(host: PanelHost, uri: string) {
    this.#host = host;
    this.#uri = uri;
  }

  /** @throws RpcError where the item cannot be read; it is asked for again the next time. */
  get(row: number, modality: string): Promise<ItemPreview> {
    const key = `${row} ${modality}`;
    const kept =
      this.#kept.get(key) ??
      this.#host.request('preview', { uri: this.#uri, row, modality }).catch((error: unknown) => {
        this.#kept.delete(key);
        throw error;
      });
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }

  /** Opens the item's own file beside the panel. */
  open(row: number, modality: string): void {
    this.#host.notify('openItem', { uri: this.#uri, row, modality });
  }
}
