/** Work that may go on at once, until some must be alone: it waits for the others to end, and new ones for it. */
export class SharedTurns {
  #running = 0;
  /** Ends when all who must be alone have been; null while there are none. */
  #alone: Promise<void> | null = null;
  #whenIdle: (() => void) | null = null;

  async together<T>(work: () => Promise<T>): Promise<T> {
    while (this.#alone !== null) await this.#alone;
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#alone;
    let end = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#alone = turn;
    await before;
    if (this.#running > 0) {
      await new Promise<void>((idle) => {
        this.#whenIdle = idle;
      });
      this.#whenIdle = null;
    }
    try {
      return await work();
    } finally {
      if (this.#alone === turn) this.#alone = null;
      end();
    }
  }
}
