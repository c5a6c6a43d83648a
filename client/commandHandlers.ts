import { cancelRun } from './commands/cancelRun.ts';
import { clearCache } from './commands/clearCache.ts';
import { compareRuns } from './commands/compareRuns.ts';
import { deleteRun } from './commands/deleteRun.ts';
import { exportRun } from './commands/exportRun.ts';
import { measure } from './commands/measure.ts';
import { measureSelected } from './commands/measureSelected.ts';
import { newExperiment } from './commands/newExperiment.ts';
import { openLastReport } from './commands/openLastReport.ts';
import { openRun } from './commands/openRun.ts';
import { pinRun, unpinRun } from './commands/pinRun.ts';
import { renameRun } from './commands/renameRun.ts';
import { restartServer } from './commands/restartServer.ts';
import { revealRun } from './commands/revealRun.ts';
import { runFile } from './commands/runFile.ts';
import { runAgain } from './commands/runAgain.ts';
import type { Services } from './commands/services.ts';
import { showLog } from './commands/showLog.ts';
import type { commands } from './contributions.ts';

type Handler = (services: Services, ...args: readonly unknown[]) => void | Promise<void>;

/** What each command does: a command without a handler does not compile. */
export const commandHandlers: Readonly<Record<keyof typeof commands, Handler>> = {
  measure,
  measureSelected,
  newExperiment,
  openLastReport,
  compareRuns,
  cancelRun,
  exportRun,
  showLog,
  restartServer,
  clearCache,
  openRun,
  runFile,
  runAgain,
  renameRun,
  pinRun,
  unpinRun,
  deleteRun,
  revealRun,
};
