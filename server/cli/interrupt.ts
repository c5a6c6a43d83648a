import { exitCodes } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';

/** A signal that Ctrl-C (or SIGTERM) aborts: the run then cleans up and ends. A second Ctrl-C ends at once. */
export function abortOnInterrupt({ err }: Terminal): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) {
      err('Interrupted at once.');
      process.exit(exitCodes.interrupted);
    }
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
