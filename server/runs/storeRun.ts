import { formatConfig } from '../config/formatConfig.ts';
import type { MeasuredRun } from '../engine/run.ts';
import { reportPage } from './reportPage.ts';
import { writeRunFolder } from './runFolder.ts';
import type { RunRecord } from './runRecord.ts';

/** Where a run came from. */
export type RunOrigin = Pick<RunRecord, 'baseFolder' | 'configFile'> & { readonly startedAt: Date };

/**
 * Writes everything of a finished run into its folder, completely or not at all.
 *
 * @throws InputError as `writeRunFolder` does.
 */
export async function storeRun(
  folder: string,
  { report, embeddings, leftOutRows }: MeasuredRun,
  { baseFolder, configFile, startedAt }: RunOrigin,
  signal: AbortSignal,
): Promise<void> {
  const comment = `# Relative paths start in ${baseFolder}\n`;
  await writeRunFolder(
    folder,
    {
      report,
      embeddings,
      html: await reportPage(report),
      config: `${comment}${formatConfig(report.provenance.config)}`,
      record: {
        baseFolder,
        configFile,
        startedAt: startedAt.toISOString(),
        seconds: (Date.now() - startedAt.getTime()) / 1000,
        leftOutRows: [...leftOutRows],
        title: null,
        isPinned: false,
      },
    },
    signal,
  );
}
