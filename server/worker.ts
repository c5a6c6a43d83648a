import type { NoContract } from './protocol/rpc.ts';
import { connectPeers } from './protocol/rpcPeer.ts';
import type { WorkerContract } from './protocol/worker.ts';
import { describeFailure } from './runs/describeFailure.ts';
import { processChannel } from './runs/processChannel.ts';
import { OpenRuns } from './worker/openRuns.ts';
import { workerHandlers } from './worker/workerHandlers.ts';

/** After the server is gone, what does not look at its signal is not waited for. */
const graceMilliseconds = 10_000;

const runs = new OpenRuns();
const peer = connectPeers<WorkerContract, NoContract>(
  processChannel(process),
  workerHandlers(runs),
  describeFailure,
);

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), graceMilliseconds).unref();
  // Not left to the event loop: native thread pools may keep it alive.
  void peer.closed.then(() => runs.closeAll()).finally(() => process.exit(0));
});
