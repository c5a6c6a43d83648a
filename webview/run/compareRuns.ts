import type { Interval, Report, Result } from '../../server/protocol/report.ts';

/** A difference of two measured values with its interval, null where one of them has none. */
export interface Difference {
  readonly value: number;
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | null;
}

/** One value of each of several runs; null where a run did not measure it. */
export interface ComparedValue {
  readonly metric: string;
  readonly modalities: readonly string[];
  readonly parameters: string;
  readonly unit: string;
  readonly values: readonly ({ readonly value: number; readonly interval: Interval | null } | null)[];
}

/** What says that two values are of the same kind, beside metric and modalities. */
const tellingParameters = ['direction', 'temperature', 'logitScale', 'batchSize', 'share'];

/** The single numbers of all runs, matched by metric, modalities and the parameters that change their meaning. */
export function compareReports(reports: readonly Report[]): ComparedValue[] {
  const compared = new Map<
    string,
    ComparedValue & { values: ({ value: number; interval: Interval | null } | null)[] }
  >();
  for (const [run, { results }] of reports.entries()) {
    for (const { metric, modalities, unit, value, interval, parameters } of results) {
      if (typeof value !== 'number') continue;
      const telling = parameterText(parameters);
      const key = JSON.stringify([metric, modalities, telling]);
      const row = compared.get(key) ?? {
        metric,
        modalities,
        parameters: telling,
        unit,
        values: reports.map(() => null),
      };
      row.values[run] ??= { value, interval };
      compared.set(key, row);
    }
  }
  return [...compared.values()];
}

/**
 * How far `b` lies above `a`. Its interval is recovered from theirs, for independent values: Zou and Donner 2008,
 * "Construction of confidence limits about effect measures: a general approach", Statistics in Medicine 27, eq. 2 (MOVER).
 */
export function differenceOf(
  a: { readonly value: number; readonly interval: Interval | null },
  b: { readonly value: number; readonly interval: Interval | null },
): Difference {
  const value = b.value - a.value;
  if (a.interval === null || a.interval.level !== b.interval?.level) {
    return { value, interval: null };
  }
  return {
    value,
    interval: {
      low: value - Math.hypot(b.value - b.interval.low, a.interval.high - a.value),
      high: value + Math.hypot(b.interval.high - b.value, a.value - a.interval.low),
      level: a.interval.level,
    },
  };
}

function parameterText(parameters: Result['parameters']): string {
  return tellingParameters
    .flatMap((name) => (parameters[name] === undefined ? [] : [`${name} ${String(parameters[name])}`]))
    .join(', ');
}
