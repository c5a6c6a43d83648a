import type { z } from 'zod';
import type { Content } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { Random } from '../numerics/random.ts';
import type { Note } from '../../protocol/report.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import type { Device } from '../runtime/device.ts';
import type { LoadedItem } from './loadedItem.ts';
import type { TensorValue } from '../runtime/onnxRuntime.ts';

/** What an encoder is given beside its own parameters. */
export interface EncoderContext {
  readonly modality: string;
  readonly content: Content;
  readonly baseFolder: string;
  readonly random: Random;
  readonly device: Device;
  readonly signal: AbortSignal;
  /** Told of downloads. */
  readonly progress: ProgressListener;
  /**
   * Whether the encoder is loaded only to hear what is wrong with its files: no weights are hashed and no model is
   * started, so that what is loaded must not embed.
   */
  readonly isInspection?: true;
}

/**
 * An encoder of one modality: how its items become a model's input, and the model, which is not started before there is
 * something to embed.
 */
export interface Encoder {
  /** SHA-256 of what determines the output: architecture, weights, preprocessing, precision. */
  readonly fingerprint: string;
  /** One line for the report: architecture, size, device. */
  readonly summary: string;
  /** What cosines were multiplied by in training, the inverse of the temperature; null where the model does not tell. */
  readonly logitScale: number | null;
  /** Columns of its embeddings, where its files tell that before it is started. */
  readonly dimension?: number;
  /** What of it a report should say beside that; nothing unless given. */
  readonly notes?: readonly Note[];
  /** Items at a time; null to look for the fastest number. */
  readonly batchSize: number | null;
  /** Whether preparing takes so little that it is done also for items that are not embedded, to know of truncation. */
  readonly preparesCheaply: boolean;
  /**
   * Decodes one item to the model's input (pixels, tokens). Called concurrently.
   *
   * @throws InputError when the item cannot be decoded.
   */
  prepare(item: LoadedItem): Promise<PreparedItem>;
  /** Starts the model. */
  open(): Promise<EmbeddingModel>;
}

/** The model's input for one item. */
export interface PreparedItem {
  /**
   * Values without a batch axis, by the names that Hugging Face's models have for them: `pixel_values`, `input_ids`,
   * `attention_mask`, `input_features`, …; items of equal shapes can be embedded together.
   */
  readonly inputs: Readonly<Record<string, TensorValue>>;
  /** Whether the item was longer than the model takes, and lost its end. */
  readonly isTruncated: boolean;
}

/** A model that was started. */
export interface EmbeddingModel {
  /**
   * Embeds items of equal shapes: one row each, in order, not normalised. On the CPU a row is the same to the bit in
   * whatever batch it is embedded: what a cache holds, and how fast a machine is, decide which items are embedded
   * together.
   *
   * @throws OutOfMemory when there are too many items for the device.
   */
  embed(items: readonly PreparedItem[]): Promise<Matrix>;
  /**
   * Whether it was found to give rows other values in other batches, so that each is embedded alone; false unless given.
   */
  readonly dependsOnBatch?: boolean;
  /** Ends the model, also in the middle of a batch. */
  dispose(): Promise<void>;
}

/** A kind of encoder. */
export interface EncoderDefinition<Params extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly accepts: readonly Content[];
  /** What whoever reads a report should know of embeddings made by it. */
  readonly caveat?: string;
  readonly params: Params;
  load(params: z.output<Params>, context: EncoderContext): Promise<Encoder>;
}

/** Declares a kind of encoder; one file declares one, and `registry.ts` lists it. */
export function defineEncoder<Params extends z.ZodObject>(
  definition: EncoderDefinition<Params>,
): EncoderDefinition<Params> {
  return definition;
}
