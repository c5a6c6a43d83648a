/** What the command ends with. */
export const exitCodes = {
  done: 0,
  /** The measurement was started and failed. */
  runFailed: 1,
  /** The command line or the configuration is wrong; nothing was started. */
  wrongUsage: 2,
  /** Ctrl-C, or a request to end. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
