import type { Note } from '../../protocol/report.ts';
import type { Matrix } from '../numerics/matrix.ts';

/** What determines the bits of an embedding beside the content it is of, and what to show people. */
export interface CachedEncoder {
  /** The encoder's: architecture, weights, preprocessing. */
  readonly fingerprint: string;
  readonly device: string;
  /** Versions of what computes, by name: another one may round otherwise. */
  readonly versions: Readonly<Record<string, string>>;
  /** One line for people; determines nothing. */
  readonly summary: string;
}

/** Embeddings that outlive a run. */
export interface EmbeddingCache {
  /** Those of one encoder. */
  open(encoder: CachedEncoder): Promise<EmbeddingStore>;
}

/**
 * The kept embeddings of one encoder, by the SHA-256 of the content (64 hexadecimal digits). A cache that fails is
 * no reason for a run to fail: what cannot be read is missing, what cannot be written is not kept, and `notes` says so.
 */
export interface EmbeddingStore {
  /** Whether there seems to be an embedding; `lookup` may find it damaged. */
  has(hash: string): boolean;
  /** The embeddings there are, to the bit as they were stored. */
  lookup(hashes: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>;
  /** Keeps one row for each hash; resolves when they are on the disk. */
  store(hashes: readonly string[], rows: Matrix): Promise<void>;
  /** Tidies up after a run that embedded everything; not needed for what was stored to be kept. */
  finish(): Promise<void>;
  /** What the reader of the report should know: damage found, embeddings that could not be kept. */
  readonly notes: readonly Note[];
}
