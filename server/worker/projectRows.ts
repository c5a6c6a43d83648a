import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { Random } from '../engine/numerics/random.ts';
import { InputError } from '../engine/problems.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import type { PointsFile, ProjectionMethod } from '../protocol/runContent.ts';
import { pointsFileNames } from '../runs/runFileNames.ts';
import type { OpenRun, OpenRuns } from './openRuns.ts';
import { principalPlane } from './principalPlane.ts';
import { umapPlane } from './umapPlane.ts';

/** Rows that are projected at most: a picture has not more points, and UMAP takes minutes for more. */
const mostRows: Readonly<Record<ProjectionMethod, number>> = { pca: 100_000, umap: 5000 };

const groupingSchema = z.object({
  name: z.string(),
  groups: z.array(z.string()),
  ofRow: z.array(z.int().min(0)),
});

const descriptionSchema = z.object({
  modalities: z.array(z.string()),
  rows: z.int().min(0),
  totalRows: z.int().min(0),
  explained: z.tuple([z.number(), z.number()]).nullable(),
  groupings: z.array(groupingSchema),
});

/** An attribute with more different values names or measures rows, and groups none. */
const mostGroups = 1000;

type Description = z.output<typeof descriptionSchema>;

/**
 * Every row's place in the plane, of all modalities together; of more rows than a method takes (100,000 by principal
 * components, 5,000 by UMAP) a sample of so many, drawn with the run's seed. Computed once and kept in the run's folder.
 *
 * @throws InputError where the embeddings are gone, and as `principalPlane` and `umapPlane` do.
 */
export async function projectRows(
  runs: OpenRuns,
  folder: string,
  method: ProjectionMethod,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<PointsFile> {
  const names = pointsFileNames(method);
  const path = join(folder, names.points);
  const written = await readDescription(join(folder, names.description), path);
  if (written !== null) return { path, method, ...written };
  const run = await runs.get(folder);
  const total = run.rows;
  const random = new Random(run.report.provenance.seed).stream('points');
  const most = mostRows[method];
  const selected = total > most ? random.choose(total, most) : null;
  const rows = selected ?? Uint32Array.from({ length: total }, (_, row) => row);
  const embeddings = await run.embeddings();
  const { points, explained } =
    method === 'pca'
      ? await principalPlane(embeddings, selected, progress, signal)
      : {
          points: await umapPlane(embeddings, selected, random.stream('umap'), progress, signal),
          explained: null,
        };
  const groupings = await groupingsOf(run, rows);
  const description: Description = {
    modalities: run.report.modalities.map(({ name }) => name),
    rows: rows.length,
    totalRows: total,
    explained,
    groupings: groupings ?? [],
  };
  await replaceFile(path, Buffer.concat([...points, rows].map(littleEndian)));
  // Without it the points are computed again, when the data may be back.
  if (groupings !== null) await replaceFile(join(folder, names.description), JSON.stringify(description));
  return { path, method, ...description };
}

/** What was written of points that are still there; null where they have to be computed. */
async function readDescription(file: string, points: string): Promise<Description | null> {
  try {
    const parsed = descriptionSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const { size } = await stat(points);
    return size === parsed.rows * (8 * parsed.modalities.length + 4) ? parsed : null;
  } catch {
    return null;
  }
}

/** What groups the rows; null where the data, which tell it, are gone. */
async function groupingsOf(run: OpenRun, rows: Uint32Array): Promise<Description['groupings'] | null> {
  try {
    const { labels, attributes = {} } = await run.facts();
    const groupings = Object.entries(attributes).map(([name, values]) => groupRows(name, values, rows));
    return [
      ...(labels === undefined ? [] : [groupRows('label', labels, rows)]),
      ...groupings.filter(({ groups }) => groups.length <= mostGroups),
    ];
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function groupRows(
  name: string,
  values: readonly string[],
  rows: Uint32Array,
): z.output<typeof groupingSchema> {
  const groups = [...new Set(Array.from(rows, (row) => values[row]!))].sort();
  const places = new Map(groups.map((group, index) => [group, index]));
  return { name, groups, ofRow: Array.from(rows, (row) => places.get(values[row]!)!) };
}

/** Every machine that runs this keeps numbers little-endian. */
function littleEndian(values: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Writes beside the run's folder first, so that the folder never holds half a file. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const partial = join(
    dirname(folder),
    `.${basename(folder)}.${basename(path)}-${randomBytes(6).toString('hex')}`,
  );
  try {
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
