import { showRunsView } from '../views/runsView.ts';
import { requireTrust } from './requireTrust.ts';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Runs again what a run of the list measured. */
export async function runAgain(services: Services, ...args: readonly unknown[]): Promise<void> {
  for (const { uri } of targetRuns(args)) await startAgain(services, uri);
}

/** Runs again what another run measured, with its configuration. */
export async function startAgain({ server, tracker }: Services, uri: string): Promise<void> {
  if (!(await requireTrust())) return;
  const run = await server.request('runAgain', { uri });
  tracker.follow(run);
  await showRunsView();
}
