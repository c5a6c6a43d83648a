import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Keeps runs of the list at its top. */
export async function pinRun(services: Services, ...args: readonly unknown[]): Promise<void> {
  await setPinned(services, args, true);
}

/** Lets pinned runs go back to their place in time. */
export async function unpinRun(services: Services, ...args: readonly unknown[]): Promise<void> {
  await setPinned(services, args, false);
}

async function setPinned({ server }: Services, args: readonly unknown[], isPinned: boolean): Promise<void> {
  await Promise.all(targetRuns(args).map(({ uri }) => server.request('pinRun', { uri, isPinned })));
}
