import { z } from 'zod';
import { readers } from '../engine/datasets/registry.ts';
import { encoders } from '../engine/encoders/registry.ts';
import { experiments } from '../engine/experiments/registry.ts';
import { repeatedRowsChoices, type RepeatedRows } from '../engine/measurement/repeatedRows.ts';
import { devices, type DeviceChoice } from '../engine/runtime/device.ts';

/** An entry that names its kind; the other keys are that kind's parameters, validated and with defaults. */
export interface ConfigEntry {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

/** An entry under `experiments:`. The name is unique within the configuration. */
export interface ExperimentEntry extends ConfigEntry {
  readonly name: string;
}

/** A validated configuration with every default filled in. */
export interface ExperimentConfig {
  readonly name: string;
  readonly seed: number;
  readonly data: ConfigEntry;
  /** By modality. */
  readonly encoders: Readonly<Record<string, ConfigEntry>>;
  readonly experiments: readonly ExperimentEntry[];
  readonly device: DeviceChoice;
  /** Rows that statistics over pairs of rows use at most. */
  readonly pairRows: number;
  readonly repeatedRows: RepeatedRows;
  readonly invalidRows: 'refuse' | 'skip';
  /** Folder of the run; absent where the default is to be used. */
  readonly output?: string;
}

interface Definition {
  readonly kind: string;
  readonly description: string;
  readonly params: z.ZodObject;
}

/** The branch of one kind: `kind` and `shape` first, then its own parameters, with its own refinements. */
function branchOf(definition: Definition, shape: z.core.$ZodShape = {}): z.ZodObject {
  const { params } = definition;
  const branch = params.clone({
    ...params.def,
    shape: {
      kind: z.literal(definition.kind).describe(definition.description),
      ...shape,
      ...params.shape,
    },
  });
  return branch.describe(definition.description);
}

function unionOf(definitions: readonly Definition[], shape?: z.core.$ZodShape): z.ZodDiscriminatedUnion {
  const [first, ...others] = definitions.map((definition) => branchOf(definition, shape));
  if (first === undefined) throw new Error('A registry of kinds is empty');
  return z.discriminatedUnion('kind', [first, ...others]);
}

const entryName = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .describe('Name of this experiment in results and tables. Its kind when left out; unique.');

/** What a `*.gap.yaml` file may hold, assembled from the registries. */
export const experimentSchema = z
  .strictObject({
    name: z.string().min(1).max(100).describe('Name of the measurement: titles the report, names the run.'),
    seed: z
      .int()
      .min(0)
      .default(0)
      .describe('Seed of every random draw. The same seed and input give the same results.'),
    data: unionOf(readers).describe('What to measure. `kind` names the reader, the other keys are its own.'),
    encoders: z
      .record(z.string().min(1), unionOf(encoders))
      .default({})
      .describe('What embeds each modality, by its name. Not needed where the data are embeddings.'),
    experiments: z
      .array(unionOf(experiments, { name: entryName }))
      .min(1)
      .prefault([{ kind: 'modality-gap' }])
      .describe('What to measure on the embeddings, in this order.'),
    pairRows: z
      .int()
      .min(2)
      .default(20_000)
      .describe(
        'Statistics over pairs of rows (extremes, quantiles, retrieval, loss) use every row up to this many, and a ' +
          'seeded sample of this many above; means and distances always use every row.',
      ),
    repeatedRows: z
      .enum(repeatedRowsChoices)
      .default('one-item')
      .describe(
        'What rows of a modality are that are equal: embeddings to the bit, or items to embed by their content. ' +
          '`one-item`: one item that belongs to all of these rows, such as an image with five captions: in retrieval all ' +
          'of its partners are right answers, and none of them is mismatched; means count every row. `separate`: an item each.',
      ),
    invalidRows: z
      .enum(['refuse', 'skip'])
      .default('refuse')
      .describe(
        'What to do with rows that have no direction: of zeros alone, or with NaN or infinity. `refuse` ends the run and ' +
          'counts them; `skip` leaves them out of all modalities, and says how many.',
      ),
    device: z.enum(devices).default('auto').describe('Where to compute. `auto` takes the best one present.'),
    output: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of the run, relative to this file. A new folder in modality-gap-runs when left out.'),
  })
  .describe('A measurement of the modality gap.');
