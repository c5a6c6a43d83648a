import { RpcError } from '../../server/protocol/rpcPeer.ts';

/** Lets ask a page that comes and goes: one whose panel is hidden is not kept, and made anew when it is shown again. */
export class PageGate {
  private readonly waiting = new Set<() => void>();
  private readonly asking = new Set<(error: RpcError) => void>();
  private isThere = false;

  /** The page is there, or will never be: what is asked then fails by itself. */
  enter(): void {
    this.isThere = true;
    for (const go of this.waiting) go();
    this.waiting.clear();
  }

  /** The page is gone, and answers nothing that it was asked. */
  leave(): void {
    this.isThere = false;
    const message = 'The panel was hidden before it could answer; show it until it has';
    for (const fail of this.asking) fail(new RpcError({ message, code: 'panel-hidden' }));
    this.asking.clear();
  }

  /**
   * Asks once the page is there.
   *
   * @throws RpcError `panel-hidden` when it goes meanwhile, and what asking throws.
   */
  async whileThere<Result>(ask: () => Promise<Result>): Promise<Result> {
    if (!this.isThere) {
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
      });
    }
    return new Promise((resolve, reject) => {
      this.asking.add(reject);
      ask()
        .then(resolve, reject)
        .finally(() => this.asking.delete(reject));
    });
  }
}
