import packageJson from '../package.json' with { type: 'json' };
import { reportError } from './cli/commandError.ts';
import { abortOnInterrupt } from './cli/interrupt.ts';
import { runProgram } from './cli/program.ts';
import { processTerminal } from './cli/terminal.ts';

const args = process.argv.slice(2);
const signal = abortOnInterrupt();
const terminal = processTerminal(args.includes('--verbose') || (process.env['DEBUG'] ?? '') !== '');

const exitCode = await runProgram(args, { version: packageJson.version, signal, terminal }).catch(
  (error: unknown) => reportError(error, signal, terminal),
);
// Not left to the event loop: native thread pools may keep it alive.
process.exit(exitCode);
