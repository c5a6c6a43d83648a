import { z } from 'zod';

const direction = z
  .enum(['higher', 'lower', 'neither'])
  .describe('Which way is better. Most geometry has no better side: `neither`.');

const interval = z
  .strictObject({
    low: z.number(),
    high: z.number(),
    level: z.number().gt(0).lt(1).describe('Coverage, e.g. 0.95.'),
    method: z.string().describe('How it was made, e.g. `percentile bootstrap over pairs`.'),
    resamples: z.int().min(1),
  })
  .describe('A bootstrap interval.');

const result = z
  .strictObject({
    experiment: z.string().describe('Name of the experiment entry that measured it.'),
    metric: z.string(),
    modalities: z
      .array(z.string())
      .min(1)
      .describe('One for a property of a modality; two for a pair, in the order query, gallery.'),
    value: z.union([z.number(), z.array(z.number())]),
    unit: z.string(),
    direction,
    interval: interval.nullable(),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.number())])),
  })
  .describe('One measured value.');

const table = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        unit: z.string(),
        values: z.array(z.union([z.number(), z.string()])),
      }),
    ),
  })
  .describe('A table an experiment produced: columns by name, all of the same length.');

const experiment = z.strictObject({
  name: z.string(),
  kind: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  tables: z.array(table),
  seconds: z.number().min(0),
});

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const modality = z.strictObject({
  name: z.string(),
  rows: z.int().min(1),
  dimension: z.int().min(1),
  source: z.string().describe('What made the embeddings: an encoder, or the file they were read from.'),
  model: sha256.nullable().describe('SHA-256 of the encoder; null where embeddings were read.'),
  data: sha256.describe('SHA-256 of the embeddings.'),
});

const note = z
  .strictObject({ code: z.string(), message: z.string() })
  .describe('Something to know about the run: rows skipped, values sampled, weights random.');

const projection = z
  .strictObject({
    method: z.literal('pca'),
    rows: z.array(z.int().min(0)).describe('Row numbers of the dataset, from 0.'),
    ids: z.array(z.string()),
    labels: z.array(z.string()).nullable(),
    points: z
      .record(z.string(), z.strictObject({ x: z.array(z.number()), y: z.array(z.number()) }))
      .describe('By modality: x and y of each row.'),
    explained: z.array(z.number()).describe('Share of the variance each component holds.'),
  })
  .describe('A sample of rows on the two first principal components of all modalities together.');

const provenance = z
  .strictObject({
    config: z.record(z.string(), z.unknown()).describe('The configuration with every default filled in.'),
    configHash: sha256,
    seed: z.int().min(0),
    randomAlgorithm: z.string(),
    device: z.string(),
    versions: z.record(z.string(), z.string()),
    platform: z.string(),
    timings: z.record(z.string(), z.number().min(0)).describe('Seconds by stage.'),
  })
  .describe('What is needed to run the measurement again.');

/** The report of a run, `report.json`. The same as the type `Report` of protocol/report.ts, which a test holds. */
export const reportSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format: raised when a field changes its meaning.'),
    name: z.string(),
    createdAt: z.iso.datetime(),
    modalities: z.array(modality).min(1),
    results: z.array(result).describe('Every measured value, flat.'),
    experiments: z.array(experiment),
    projection: projection.nullable(),
    notes: z.array(note),
    provenance,
  })
  .describe('The report of a run.');
