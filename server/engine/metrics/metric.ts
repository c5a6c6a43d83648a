import type { z } from 'zod';
import type { Direction, Interval, Result } from '../../protocol/report.ts';
import type { ModalitySubject } from '../measurement/modalitySubject.ts';
import type { PairSubject } from '../measurement/pairSubject.ts';
import type { Problem } from '../problems.ts';

/** One value a metric found. Unit and direction come from the metric unless given here. */
export interface Measured {
  readonly value: number | number[];
  readonly interval?: Interval | null;
  readonly parameters?: Result['parameters'];
  /** For directed values of a pair: query, then gallery. Otherwise the subject's own order. */
  readonly modalities?: readonly string[];
  readonly unit?: string;
}

/** What is known of the data before a run; counts that are not known yet are absent. */
export interface DataFacts {
  readonly modalities: readonly string[];
  readonly rows?: number;
  /** Rows that statistics over pairs of rows use: all of them, or as many as `pairRows` leaves. */
  readonly pairRows?: number;
  readonly dimension?: number;
}

interface MetricBase<Params extends z.ZodObject> {
  readonly kind: string;
  readonly title: string;
  /** One or two sentences for a person: what a high and a low value mean, and the caveats. */
  readonly description: string;
  /** In plain text, with the symbols of the documentation: x_i, y_i unit rows; m_x, m_y their means. */
  readonly formula: string;
  readonly reference: string;
  readonly unit: string;
  readonly direction: Direction;
  readonly params: Params;
  /** Problems that the parameters have with the data; an empty path is the metric itself. */
  check?(params: z.output<Params>, facts: DataFacts): Problem[];
}

/** A property of one modality's embeddings. */
export interface ModalityMetric<Params extends z.ZodObject = z.ZodObject> extends MetricBase<Params> {
  readonly scope: 'modality';
  measure(subject: ModalitySubject, params: z.output<Params>): Promise<Measured[]>;
}

/** A property of two modalities' embeddings, row i of one belonging to row i of the other. */
export interface PairMetric<Params extends z.ZodObject = z.ZodObject> extends MetricBase<Params> {
  readonly scope: 'pair';
  measure(subject: PairSubject, params: z.output<Params>): Promise<Measured[]>;
}

export type MetricDefinition<Params extends z.ZodObject = z.ZodObject> =
  ModalityMetric<Params> | PairMetric<Params>;

/** Declares a metric; one file declares one, and `registry.ts` lists it. */
export function defineMetric<
  Params extends z.ZodObject,
  Definition extends ModalityMetric<Params> | PairMetric<Params>,
>(definition: Definition & { readonly params: Params }): Definition {
  return definition;
}
