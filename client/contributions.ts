// Every id that package.json contributes and code refers to. A test holds both to the same set.

/** Commands. Each must have a handler, see `commandHandlers.ts`. */
export const commands = {
  measure: 'modalityGap.measure',
  measureSelected: 'modalityGap.measureSelected',
  newExperiment: 'modalityGap.newExperiment',
  openLastReport: 'modalityGap.openLastReport',
  compareRuns: 'modalityGap.compareRuns',
  cancelRun: 'modalityGap.cancelRun',
  exportRun: 'modalityGap.exportRun',
  showLog: 'modalityGap.showLog',
  restartServer: 'modalityGap.restartServer',
  clearCache: 'modalityGap.clearCache',
  openRun: 'modalityGap.openRun',
  runFile: 'modalityGap.runFile',
  runAgain: 'modalityGap.runAgain',
  renameRun: 'modalityGap.renameRun',
  pinRun: 'modalityGap.pinRun',
  unpinRun: 'modalityGap.unpinRun',
  deleteRun: 'modalityGap.deleteRun',
  revealRun: 'modalityGap.revealRun',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

export const viewContainer = 'modalityGap';

export const views = {
  experiments: 'modalityGap.experiments',
  runs: 'modalityGap.runs',
} as const;

/** Keys under `modalityGap`. */
export const settings = {
  runsFolder: 'runsFolder',
  cacheFolder: 'cacheFolder',
  device: 'device',
  traceServer: 'trace.server',
} as const;

/** Facts that `when` clauses ask for. */
export const contextKeys = {
  serverFailed: 'modalityGap.serverFailed',
  hasActiveRuns: 'modalityGap.hasActiveRuns',
  /** Known to have none: before the extension is active nothing is known, and a command is offered rather than hidden. */
  hasNoFinishedRuns: 'modalityGap.hasNoFinishedRuns',
} as const;

/** `viewItem` of a run in its list, by what can be done with it. */
export const runItemKinds = {
  active: 'run.active',
  finished: 'run.finished',
  pinned: 'run.finished.pinned',
  ended: 'run.ended',
} as const;

export const experimentItemKind = 'experiment';
export const languageId = 'gap-yaml';
export const panelViewType = 'modalityGap.panel';
export const walkthroughId = 'gettingStarted';
