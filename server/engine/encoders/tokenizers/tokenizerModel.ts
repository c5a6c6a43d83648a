/** Makes tokens of pieces. */
export interface TokenizerModel {
  /** Number of different tokens, not the highest one. */
  readonly size: number;
  /** The highest number of a token; -1 where there is none. */
  readonly highest: number;
  numberOf(token: string): number | undefined;
  /** @throws TokenizerProblem when the piece has no token, and there is none for what is unknown. */
  tokenize(piece: string): readonly number[];
}
