import { row } from '../engine/numerics/matrix.ts';
import { dot } from '../engine/numerics/dot.ts';
import { InputError } from '../engine/problems.ts';
import type { RowPair } from '../protocol/runContent.ts';
import type { OpenRuns } from './openRuns.ts';
import { unitRows } from './unitRows.ts';

/** Pairs that are given at most: a list for people. */
const mostPairs = 1000;

/**
 * The matched pairs whose cosines are lowest, the lowest first; of equal ones the earlier row first. Rows are read in
 * chunks. Where the data are gone, rows are called by their number from 1.
 *
 * @throws InputError `unknown-modality`, and where the embeddings are gone.
 */
export async function worstPairs(
  runs: OpenRuns,
  folder: string,
  modalities: readonly [string, string],
  count: number,
  signal: AbortSignal,
): Promise<{ readonly pairs: readonly RowPair[] }> {
  const run = await runs.get(folder);
  const sources = await run.embeddings();
  const pair = modalities.map((name) => {
    const source = sources.find(({ modality }) => modality === name);
    if (source === undefined) {
      const names = sources.map(({ modality }) => modality).join(', ');
      throw new InputError('unknown-modality', `The run has no modality "${name}"; it has ${names}`);
    }
    return source;
  });
  if (pair[0]!.columns !== pair[1]!.columns) {
    throw new InputError(
      'unequal-dimensions',
      `${modalities[0]} has ${pair[0]!.columns} dimensions, ${modalities[1]} ${pair[1]!.columns}; their cosines are not defined`,
    );
  }
  const most = Math.max(0, Math.min(count, mostPairs));
  const lowest: { row: number; cosine: number }[] = [];
  for await (const { start, parts } of unitRows(pair, null, signal)) {
    for (let r = 0; r < parts[0]!.rows; r++) {
      const cosine = dot(row(parts[0]!, r), row(parts[1]!, r));
      if (lowest.length >= most && cosine >= (lowest.at(-1)?.cosine ?? -Infinity)) continue;
      const place = lowest.findIndex((other) => cosine < other.cosine);
      lowest.splice(place < 0 ? lowest.length : place, 0, { row: start + r, cosine });
      lowest.length = Math.min(lowest.length, most);
    }
  }
  const ids = await run.facts().then(
    (facts) => facts.ids,
    (error: unknown) => {
      if (error instanceof InputError) return undefined;
      throw error;
    },
  );
  return {
    pairs: lowest.map(({ row: at, cosine }) => ({ row: at, id: ids?.[at] ?? String(at + 1), cosine })),
  };
}
