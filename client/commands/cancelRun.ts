import { isActive } from '../runs/runList.ts';
import { chooseRuns } from './chooseRuns.ts';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Cancels the runs that are selected in the list, or the only one that goes on, or those that are chosen. */
export async function cancelRun({ server, runs }: Services, ...args: readonly unknown[]): Promise<void> {
  const selected = targetRuns(args).filter(isActive);
  const active = runs.active();
  const cancelled =
    selected.length > 0
      ? selected
      : active.length < 2
        ? active
        : await chooseRuns(active, 'Which runs are to be cancelled?');
  await Promise.all(cancelled.map(({ uri }) => server.request('cancelRun', { uri })));
}
