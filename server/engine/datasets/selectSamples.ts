import type { Random } from '../numerics/random.ts';
import type { SampleDataset } from './dataset.ts';
import { selectFacts, selectRows, type Sampling } from './sampling.ts';

/**
 * The rows of a dataset that `limit` and `sampling` take, as a dataset; the same one when all of them are taken.
 *
 * @param random The reader's `context.random`.
 */
export function selectSamples(
  dataset: SampleDataset,
  { limit, sampling }: Sampling,
  random: Random,
): SampleDataset {
  return takeSamples(dataset, selectRows(dataset.count, limit, sampling, random));
}

/** The `selected` rows of a dataset (ascending; null takes all), as a dataset. */
export function takeSamples(dataset: SampleDataset, selected: Uint32Array | null): SampleDataset {
  if (selected === null) return dataset;
  return {
    ...dataset,
    count: selected.length,
    facts: selectFacts(dataset.facts, selected),
    read: (index) => dataset.read(selected[index]!),
  };
}
