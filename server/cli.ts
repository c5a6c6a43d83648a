import packageJson from '../package.json' with { type: 'json' };
import { reportError } from './cli/commandError.ts';
import { abortOnInterrupt } from './cli/interrupt.ts';
import { runProgram } from './cli/program.ts';
import { processTerminal } from './cli/terminal.ts';

const args = process.argv.slice(2);
const terminal = processTerminal(args.includes('--verbose') || (process.env['DEBUG'] ?? '') !== '');
const signal = abortOnInterrupt(terminal);

/** Not left to the event loop: native thread pools may keep it alive. What was said is written before. */
function end(exitCode: number): void {
  process.stderr.write('', () => process.exit(exitCode));
}

// Something is awaited that can never come. Node itself would end with 13, without a word.
process.once('beforeExit', () => {
  end(reportError(new Error('The command waits for something that can no longer happen'), signal, terminal));
});

void runProgram(args, { version: packageJson.version, signal, terminal })
  .catch((error: unknown) => reportError(error, signal, terminal))
  .then(end);
