import type { MetricDescriptions } from '../../protocol/metricDescription.ts';
import { experiments } from '../experiments/registry.ts';
import { metrics } from '../metrics/registry.ts';

/** What every metric means, those of experiments too. */
export function metricDescriptions(): MetricDescriptions {
  return Object.fromEntries(
    [...metrics, ...experiments.flatMap(({ produces }) => produces)].map(
      ({ kind, title, description, formula, reference }) => [
        kind,
        { title, description, formula, reference },
      ],
    ),
  );
}
