import { didYouMean } from '../engine/didYouMean.ts';
import { encoders } from '../engine/encoders/registry.ts';
import { experiments } from '../engine/experiments/registry.ts';
import type { DataFacts } from '../engine/metrics/metric.ts';
import type { OpenDataFacts } from '../engine/run.ts';
import type { Finding } from './configProblem.ts';
import type { ExperimentConfig } from './schema.ts';

/** What a validated configuration has against the data it names: nothing of it can be known from the text alone. */
export function checkAgainstData(config: ExperimentConfig, facts: OpenDataFacts): Finding[] {
  return [...encoderProblems(config, facts), ...experimentProblems(config, facts)];
}

function encoderProblems(config: ExperimentConfig, { contents, modalities }: OpenDataFacts): Finding[] {
  return Object.entries(config.encoders).flatMap(([modality, { kind }]): Finding[] => {
    const path = ['encoders', modality];
    if (!modalities.includes(modality)) {
      const suggestion = didYouMean(modality, modalities);
      const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
      const message = `The data have no modality "${modality}"; they have ${modalities.join(', ')}.${hint}`;
      return [{ code: 'unknown-modality', severity: 'error', message, path, at: 'key' }];
    }
    if (contents === null) {
      const message = `The data are embeddings; the encoder for "${modality}" is not used`;
      return [{ code: 'encoder-not-used', severity: 'warning', message, path, at: 'key' }];
    }
    const accepts = encoders.find((encoder) => encoder.kind === kind)?.accepts ?? [];
    const content = contents[modality]!;
    if (accepts.includes(content)) return [];
    const embeds = new Intl.ListFormat('en').format(accepts);
    const message = `The encoder "${kind}" embeds ${embeds}; "${modality}" is made of ${content}`;
    return [{ code: 'encoder-content', severity: 'error', message, path: [...path, 'kind'], at: 'value' }];
  });
}

function experimentProblems(config: ExperimentConfig, data: DataFacts): Finding[] {
  const { rows } = data;
  const facts = rows === undefined ? data : { ...data, pairRows: Math.min(rows, config.pairRows) };
  return config.experiments.flatMap(({ kind, ...params }, index) => {
    const definition = experiments.find((experiment) => experiment.kind === kind);
    const problems = definition?.check?.(params, facts) ?? [];
    return problems.map((problem) => ({
      ...problem,
      path: ['experiments', index, ...problem.path],
      at: 'value',
    }));
  });
}
