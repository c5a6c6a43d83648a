import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../../server/protocol/report.ts';

/** The report of a run in a workspace's folder of runs, by the beginning of its folder's name; of any run without. */
export async function storedReport(workspace: string, name = ''): Promise<Report> {
  const runs = join(workspace, 'modality-gap-runs');
  const folder = (await readdir(runs)).find((entry) => entry.startsWith(name));
  return JSON.parse(await readFile(join(runs, folder ?? '', 'report.json'), 'utf8')) as Report;
}
