import type { Matrix } from '../../numerics/matrix.ts';
import type { Pooling, TokenEmbeddings } from '../pooling.ts';

/** What modules of a sentence model work on: `token_embeddings` and `sentence_embedding` in the library. */
export interface Features {
  readonly tokens: TokenEmbeddings;
  /** Before the prompt was left out. */
  readonly wholeMask: TokenEmbeddings['mask'];
  /** Null before anything made it of the tokens. */
  readonly sentence: Matrix | null;
}

export type FeatureName = 'token_embeddings' | 'sentence_embedding';

/** A module that comes after the transformer. */
export interface SentenceModule {
  /** Its place and class, for messages: `1_Pooling (Pooling)`. */
  readonly label: string;
  /** A few words for reports; null for what does nothing. */
  readonly summary: string | null;
  /** Whether it does more than to change the lengths of embeddings, which measurements take away. */
  readonly changesDirection: boolean;
  /** What determines its output beside its input: part of fingerprints. */
  readonly identity: unknown;
  readonly input: FeatureName;
  readonly output: FeatureName;
  /** Columns that it takes; null for any. */
  readonly takes: number | null;
  /** Columns that it gives of so many; null where that is not known. */
  gives(columns: number | null): number | null;
  /** What of a pooling can be asked and changed; null for other modules. */
  readonly pooling: {
    readonly chosen: readonly Pooling[];
    /** Whether it leaves the tokens of the prompt out. */
    readonly excludesPrompt: boolean;
    /** The same module with another pooling. */
    withOther(pooling: Pooling): SentenceModule;
  } | null;
  apply(features: Features): Features;
}
