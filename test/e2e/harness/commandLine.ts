import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Report } from '../../../server/protocol/report.ts';

const command = fileURLToPath(new URL('../../../dist/cli.mjs', import.meta.url));

/**
 * The report that `modality-gap measure --json` gives for a path or several.
 *
 * @param options.flags more of the command's.
 * @param options.node the Node to run it on; this one unless given.
 */
export async function measureOnCommandLine(
  paths: string | readonly string[],
  {
    flags = [],
    node = process.execPath,
  }: { readonly flags?: readonly string[]; readonly node?: string } = {},
): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    node,
    [command, 'measure', ...[paths].flat(), ...flags, '--json', '--no-cache', '--quiet'],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as Report;
}

/** Measures a path into a folder of runs, as an earlier session would have left it. */
export async function writeRun(path: string, folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [
    ...[command, 'measure', path, '--out', folder],
    ...['--no-cache', '--quiet'],
  ]);
}
