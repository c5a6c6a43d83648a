import type { ProgressStream } from './progressBar.ts';
import { plainStyle, terminalStyle, type Style } from './resultTable.ts';

/** What a command may write to: results to `out`, everything else to `err`. */
export interface Terminal {
  /** Resolves when the text is written. */
  readonly out: (text: string) => Promise<void>;
  /** Writes one line. */
  readonly err: (line: string) => void;
  readonly progress: ProgressStream;
  readonly style: Style;
  /** Whether errors of the program itself show where they were thrown. */
  readonly showStacks: boolean;
}

/** The terminal of this process. Ends the process quietly when the reader of standard output goes away. */
export function processTerminal(showStacks: boolean): Terminal {
  const { stdout, stderr, env } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  const isStyled = stdout.isTTY && (env['NO_COLOR'] ?? '') === '';
  return {
    out: (text) =>
      new Promise((resolve) => {
        stdout.write(text, () => {
          resolve();
        });
      }),
    err: (line) => void stderr.write(`${line}\n`),
    progress: stderr,
    style: isStyled ? terminalStyle : plainStyle,
    showStacks,
  };
}
