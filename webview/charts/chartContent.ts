import type { ChartConfiguration } from 'chart.js';
import type { PlainTable } from '../plainTable.ts';

export interface ChartPoint {
  x: number;
  y: number;
}

export type ChartKind = 'line' | 'bar' | 'scatter';

export type AnyChart = ChartConfiguration<ChartKind, ChartPoint[]>;

/** A chart with what belongs to it: everything a figure shows for one choice of its controls. */
export interface ChartContent {
  readonly chart: AnyChart;
  /** Says what the chart shows to a person who cannot see it, with the main numbers. */
  readonly description: string;
  /** Sentences under the chart. */
  readonly caption: readonly string[];
  readonly table: PlainTable;
}
