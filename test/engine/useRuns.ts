import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validateConfig } from '../../server/config/parseConfig.ts';
import { row, type Matrix } from '../../server/engine/numerics/matrix.ts';
import { reportSchema } from '../../server/engine/report/schema.ts';
import type { MeasuredRun, RunOptions } from '../../server/engine/run.ts';
import { runMeasurement } from '../../server/engine/run.ts';
import type { Report } from '../../server/protocol/report.ts';
import { npyFile } from '../npyFile.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';
import { pairedCones } from './pairedCones.ts';

/** Runs in a temporary folder, and the files that they read. */
export function useRuns() {
  const folder = useTemporaryFolder();

  /** Runs a configuration as a file holds it; relative paths start in the temporary folder. */
  function run(given: object, options: Partial<RunOptions> = {}): Promise<MeasuredRun> {
    const { config, findings } = validateConfig({ name: 'test', ...given });
    if (config === undefined) throw new Error(findings.map(({ message }) => message).join());
    return runMeasurement(config, {
      baseFolder: folder(),
      signal: new AbortController().signal,
      progress: () => undefined,
      strict: false,
      keepEmbeddings: true,
      ...options,
    });
  }

  async function writeNpy(name: string, matrices: readonly Matrix[]): Promise<void> {
    const [first] = matrices;
    const values = Float32Array.from(matrices.flatMap(({ data }) => [...data]));
    await writeFile(join(folder(), name), npyFile([matrices.length, first!.rows, first!.columns], values));
  }

  /** A table of embeddings, a column for each modality, with ids `item-1`, `item-2`, … and a group for each row. */
  async function writeTable(
    name: string,
    modalities: Readonly<Record<string, Matrix>>,
    groups?: readonly number[],
  ) {
    const [first] = Object.values(modalities);
    const lines = Array.from({ length: first!.rows }, (_, r) =>
      JSON.stringify({
        name: `item-${r + 1}`,
        ...Object.fromEntries(Object.entries(modalities).map(([modality, m]) => [modality, [...row(m, r)]])),
        ...(groups && { group: groups[r] }),
      }),
    );
    await writeFile(join(folder(), name), lines.join('\n'));
  }

  return { folder, run, writeNpy, writeTable };
}

/** The report as its file holds it. */
export function stored(report: Report): Report {
  return reportSchema.parse(JSON.parse(JSON.stringify(report)));
}

export const npyData = { kind: 'npy', path: 'pair.npy', modalities: ['image', 'text'] };
export const everything = [
  { kind: 'modality-gap', metrics: 'all' },
  { kind: 'loss-landscape', batchSize: 8 },
];
export const cones = (rows = 40, columns = 8) =>
  pairedCones(6, ['image', 'text', 'audio'], { rows, columns });
