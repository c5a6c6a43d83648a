import type { z } from 'zod';
import type { Content, Item } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { Random } from '../numerics/random.ts';
import type { Device } from '../runtime/device.ts';

/** What an encoder is given beside its own parameters. */
export interface EncoderContext {
  readonly modality: string;
  readonly content: Content;
  readonly baseFolder: string;
  readonly random: Random;
  readonly device: Device;
}

/** A loaded encoder of one modality. */
export interface Encoder {
  /** Columns of the embeddings. */
  readonly dimension: number;
  /** Items at a time that suit it. */
  readonly batchSize: number;
  /** SHA-256 of what determines the output: architecture, weights, preprocessing. */
  readonly fingerprint: string;
  /** One line for the report: architecture, parameters, device. */
  readonly summary: string;
  /**
   * Decodes one item to the encoder's input (pixels, tokens). Called concurrently.
   *
   * @throws InputError when the item cannot be decoded.
   */
  prepare(item: Item): Promise<PreparedItem>;
  /**
   * Embeds prepared items: one row each, in order, not normalised. On the CPU a row is the same to the bit in whatever
   * batch it is embedded: what a cache holds decides which items are embedded together.
   */
  embed(items: readonly PreparedItem[]): Promise<Matrix>;
  dispose(): Promise<void>;
}

/** The encoder's input for one item, and the SHA-256 of the content it was made from. */
export interface PreparedItem {
  readonly input: Float32Array | Int32Array;
  readonly contentHash: string;
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
