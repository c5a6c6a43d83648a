/** Bytes, a start and an end: the smallest vocabulary that bytes fit in. */
export const byteVocabulary = 258;

/**
 * Tokens of a text without a learned vocabulary: a start token, the UTF-8 bytes, an end token, then zeros up to
 * `context`. As in CLIP, the start is the second highest and the end the highest token of the vocabulary. A text that
 * is too long loses bytes; it keeps its end token.
 *
 * @param vocabulary Number of different tokens, at least 258.
 */
export function byteTokens(
  text: string,
  context: number,
  vocabulary: number,
): { readonly tokens: Int32Array; readonly isTruncated: boolean } {
  const tokens = new Int32Array(context);
  const all = new TextEncoder().encode(text);
  const bytes = all.subarray(0, context - 2);
  tokens[0] = vocabulary - 2;
  tokens.set(bytes, 1);
  tokens[bytes.length + 1] = vocabulary - 1;
  return { tokens, isTruncated: bytes.length < all.length };
}
