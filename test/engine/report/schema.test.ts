import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { reportJsonSchema } from '../../../server/config/jsonSchema.ts';
import { reportSchema } from '../../../server/engine/report/schema.ts';
import type { Report } from '../../../server/protocol/report.ts';
import { sampleReport } from '../../sampleReport.ts';

describe('the schema of reports', () => {
  it('is the type of the protocol, both ways', () => {
    expectTypeOf<z.output<typeof reportSchema>>().toEqualTypeOf<Report>();
  });

  const validate = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': true } }).compile(
    reportJsonSchema(),
  );

  it('takes a report, as JSON Schema and as itself', () => {
    expect(validate(sampleReport())).toBe(true);
    expect(reportSchema.parse(sampleReport())).toEqual(sampleReport());
  });

  it.each<[string, (report: Record<string, unknown>) => unknown]>([
    ['another version', (report) => ({ ...report, version: 2 })],
    ['an unknown field', (report) => ({ ...report, extra: 1 })],
    [
      'a value that is not finite',
      (report) => ({ ...report, results: [{ ...sampleReport().results[0], value: null }] }),
    ],
    ['no provenance', (report) => ({ ...report, provenance: undefined })],
  ])('refuses %s', (_, spoil) => {
    const spoilt = spoil({ ...sampleReport() });
    expect(validate(spoilt)).toBe(false);
    expect(reportSchema.safeParse(spoilt).success).toBe(false);
  });
});
