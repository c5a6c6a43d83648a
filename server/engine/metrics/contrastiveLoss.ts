import { z } from 'zod';
import { contrastiveLosses } from '../measurement/contrastiveLosses.ts';
import { InputError } from '../problems.ts';
import { batchSizeParam, checkBatchSize } from './batchSize.ts';
import { defineMetric } from './metric.ts';

/** The symmetric InfoNCE loss of the pairs as they are. */
export const contrastiveLoss = defineMetric({
  kind: 'contrastive-loss',
  title: 'Contrastive loss',
  description:
    "The loss that contrastive models are trained with: how hard it is to find each item's partner among the others " +
    'of its batch. ln(batch size) is chance. It depends on the temperature and the batch size: compare equal ones.',
  formula: 'L = (L_xy + L_yx)/2, L_xy = −mean_i log softmax_j(x_i·y_j/τ)[i]',
  reference: 'Radford et al. 2021 (CLIP); Liang et al. 2022; van den Oord et al. 2018',
  unit: 'nats',
  direction: 'lower',
  scope: 'pair',
  params: z.strictObject({
    temperature: z
      .number()
      .positive()
      .max(100)
      .optional()
      .describe(
        'τ: cosines are divided by it before the softmax. Left out, the one that the model learned, and 0.01, which CLIP learned, where no model tells.',
      ),
    batchSize: batchSizeParam.default('full'),
  }),
  check: ({ batchSize }, facts) => checkBatchSize(batchSize, facts),
  async measure(subject, { temperature: given, batchSize }) {
    const temperature = given ?? 1 / (subject.logitScale ?? 100);
    const { first, second } = subject;
    const rows = first.rows.rows;
    if (batchSize !== 'full' && batchSize > rows) {
      throw new InputError(
        'batch-larger-than-data',
        `contrastive-loss: a batch of ${batchSize} pairs needs as many rows, the data have ${rows}`,
      );
    }
    const [losses] = await contrastiveLosses(first.modality.kernels, first.rows, second.rows, {
      direction: new Float64Array(first.rows.columns),
      shifts: [{ first: 0, second: 0 }],
      logitScales: [1 / temperature],
      batchSize,
      signal: first.modality.signal,
    });
    const { firstToSecond, secondToFirst } = losses![0]!;
    const symmetric = firstToSecond.map((loss, row) => (loss + secondToFirst[row]!) / 2);
    const directions = [
      { direction: 'symmetric', values: symmetric, modalities: subject.names },
      { direction: 'first-to-second', values: firstToSecond, modalities: subject.names },
      { direction: 'second-to-first', values: secondToFirst, modalities: [...subject.names].reverse() },
    ];
    return directions.map(({ direction, values, modalities }) => {
      const value = values.reduce((sum, loss) => sum + loss, 0) / values.length;
      return {
        value,
        modalities,
        interval: subject.meanInterval(value, values, subject.unitOfRow),
        parameters: { direction, temperature, batchSize, rows: values.length },
      };
    });
  },
});
