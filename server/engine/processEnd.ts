import type { ChildProcess } from 'node:child_process';
import { finished, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** How a process ended: with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Resolves when a process that was started has ended and what it wrote to the streams was read. Whom it started itself
 * may keep these open for ever, which the event `close` would wait for: here they are waited for as long as is given,
 * and closed on this side then. The event loop is kept alive meanwhile, also where the streams do not do so.
 */
export function processEnd(
  child: ChildProcess,
  streams: readonly Readable[],
  graceMilliseconds: number,
): Promise<ProcessEnd> {
  // From the start: what ends before the process does must be known then.
  const allRead = Promise.all(streams.map(wasRead));
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const patience = new AbortController();
      const isOver = delay(graceMilliseconds, undefined, { signal: patience.signal }).catch(() => undefined);
      void Promise.race([allRead, isOver]).then(() => {
        patience.abort();
        for (const stream of streams) stream.destroy();
        resolve({ code, signal });
      });
    });
  });
}

function wasRead(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    // How it ended is not asked: that of the process says more.
    finished(stream, { writable: false }, () => {
      resolve();
    });
  });
}
