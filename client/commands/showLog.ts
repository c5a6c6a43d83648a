import type { Services } from './services.ts';

/** Shows what the extension and its server have logged. */
export function showLog({ log }: Services): void {
  log.show();
}
