import type { Report, Result } from '../../server/protocol/report.ts';

/** Two modalities of a report, in the report's order. */
export type ModalityPair = readonly [string, string];

/** Every pair of modalities, in the report's order. */
export function modalityPairs({ modalities }: Report): ModalityPair[] {
  return modalities.flatMap((first, index) =>
    modalities.slice(index + 1).map(({ name }): ModalityPair => [first.name, name]),
  );
}

/** `image – text`. */
export function pairName(names: readonly string[]): string {
  return names.join(' – ');
}

/** The first result of a metric on just these modalities, a pair in either order. */
export function findResult(
  report: Report,
  metric: string,
  modalities: readonly string[],
): Result | undefined {
  return report.results.find(
    (result) =>
      result.metric === metric &&
      result.modalities.length === modalities.length &&
      modalities.every((name) => result.modalities.includes(name)),
  );
}

/** As `findResult`, the value where it is one finite number. */
export function findNumber(
  report: Report,
  metric: string,
  modalities: readonly string[],
): number | undefined {
  const value = findResult(report, metric, modalities)?.value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** As `findResult`, the value where it is an array. */
export function findArray(
  report: Report,
  metric: string,
  modalities: readonly string[],
): number[] | undefined {
  const value = findResult(report, metric, modalities)?.value;
  return Array.isArray(value) ? value : undefined;
}
