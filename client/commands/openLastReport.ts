import { tellNoRun } from './tellNoRun.ts';
import { showRun } from './openRun.ts';
import type { Services } from './services.ts';

/** Opens the report of the run that finished last. */
export async function openLastReport(services: Services): Promise<void> {
  await services.loadRuns();
  const [last] = services.runs.finished();
  await (last === undefined ? tellNoRun('No run has finished yet.') : showRun(services, last));
}
