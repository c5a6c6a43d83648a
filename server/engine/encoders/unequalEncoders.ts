interface EncodedModality {
  readonly name: string;
  readonly columns: number;
}

/** That two encoders give embeddings between which there is no distance. */
export function unequalEncoders(first: EncodedModality, other: EncodedModality): string {
  return `The encoder for "${other.name}" gives embeddings of dimension ${other.columns}, that for "${first.name}" of ${first.columns}; expected the same`;
}
