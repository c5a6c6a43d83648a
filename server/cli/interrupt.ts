import { exitCodes } from './exitCodes.ts';

/** A signal that Ctrl-C (or SIGTERM) aborts: the run then cleans up and ends. A second Ctrl-C ends at once. */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
