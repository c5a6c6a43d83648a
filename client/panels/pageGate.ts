/** Lets wait for a page: it is shut while the page is not there, as when its panel is hidden, and can be opened again. */
export class PageGate {
  private open: () => void = () => undefined;
  private opened: Promise<void>;

  constructor() {
    this.opened = this.shutGate();
  }

  /** The page is there. */
  enter(): void {
    this.open();
  }

  /** The page is gone. */
  leave(): void {
    this.opened = this.shutGate();
  }

  /** Resolves while the page is there, or once it is. */
  async passed(): Promise<void> {
    await this.opened;
  }

  private shutGate(): Promise<void> {
    return new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
