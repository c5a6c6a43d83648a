/** What a metric means, from its definition: shown beside its values. */
export interface MetricDescription {
  title: string;
  description: string;
  formula: string;
  reference: string;
}

/** By metric kind. */
export type MetricDescriptions = Record<string, MetricDescription>;
