/**
 * How texts of fewer tokens than a model takes are lengthened: `full` to all that it takes; `multiple` to a multiple of
 * 16, as the embedding of a text must not depend on those it shares a batch with, so that it cannot be padded to the
 * longest of them; `none` not at all; a number to so many tokens.
 */
export type Padding = 'full' | 'multiple' | 'none' | number;

const multiple = 16;

/** @param count tokens of the text, at most `limit`, which is at most `padding` where that is a number. */
export function paddedLength(count: number, limit: number, padding: Padding): number {
  if (typeof padding === 'number') return padding;
  if (padding === 'full') return limit;
  if (padding === 'none') return Math.max(count, 1);
  return Math.min(limit, Math.ceil(Math.max(count, 1) / multiple) * multiple);
}
