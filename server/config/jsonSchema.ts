import { z } from 'zod';
import { reportSchema } from '../engine/report/schema.ts';
import { experimentSchema } from './schema.ts';

/** The JSON Schema of `*.gap.yaml` files, for editors and scripts. */
export function configJsonSchema(): Record<string, unknown> {
  return describe('Modality Gap: a measurement (*.gap.yaml)', experimentSchema, 'input');
}

/** The JSON Schema of a run's `report.json`. */
export function reportJsonSchema(): Record<string, unknown> {
  return describe('Modality Gap: the report of a run (report.json)', reportSchema, 'output');
}

function describe(title: string, schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  return { $schema, title, ...rest };
}
