import type { ChildProcess } from 'node:child_process';
import type { Channel } from '../protocol/rpc.ts';

/** The pipe between this process and one that it forked, or that forked it. */
export function processChannel(other: ChildProcess | NodeJS.Process): Channel {
  return {
    send(message) {
      // A pipe that has just closed: `onClose` tells.
      other.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage(listener) {
      (other as NodeJS.EventEmitter).on('message', listener);
    },
    onClose(listener) {
      (other as NodeJS.EventEmitter).once('disconnect', () => {
        listener('The process at the other end of the pipe is gone');
      });
    },
  };
}
