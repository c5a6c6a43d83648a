import { z } from 'zod';
import type { Problem } from '../problems.ts';
import type { DataFacts } from './metric.ts';

/** How many pairs compete in a contrastive loss. */
export const batchSizeParam = z
  .union([z.int().min(2), z.literal('full')])
  .describe('Pairs of a batch, taken in order; a last, smaller batch is left out. `full`: all rows at once.');

/** The batch must not be larger than the data. */
export function checkBatchSize(batchSize: number | 'full', { rows }: DataFacts): Problem[] {
  if (batchSize === 'full' || rows === undefined || batchSize <= rows) return [];
  return [
    {
      code: 'batch-larger-than-data',
      severity: 'error',
      message: `A batch of ${batchSize} pairs needs as many rows, the data have ${rows}`,
      path: ['batchSize'],
    },
  ];
}
