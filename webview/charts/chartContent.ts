import type { Chart, ChartConfiguration } from 'chart.js';
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
  /** All numbers of the chart; made when they are asked for. */
  table(): PlainTable;
  /** Answers pointer and keys on the chart, which is drawn inside `plot`; returns what ends it. */
  readonly interact?: (chart: Chart, plot: HTMLElement) => () => void;
}
