import { z } from 'zod';
import type { Problem } from '../problems.ts';
import type { DataFacts } from './metric.ts';

/** How many pairs compete in a contrastive loss. */
export const batchSizeParam = z
  .union([z.int().min(2), z.literal('full')])
  .describe('Pairs of a batch, taken in order; a last, smaller batch is left out. `full`: all rows at once.');

/** The batch must not be larger than the data, nor than what `pairRows` leaves of them. */
export function checkBatchSize(
  batchSize: number | 'full',
  { rows: all, pairRows: rows = all }: DataFacts,
): Problem[] {
  if (batchSize === 'full' || rows === undefined || batchSize <= rows) return [];
  const there = rows === all ? `the data have ${rows}` : `\`pairRows\` leaves ${rows}`;
  return [
    {
      code: 'batch-larger-than-data',
      severity: 'error',
      message: `A batch of ${batchSize} pairs needs as many rows, ${there}`,
      path: ['batchSize'],
    },
  ];
}
