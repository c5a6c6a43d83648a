/** What the length of a match is counted from. */
const SMALLEST_MATCH = 4;

/**
 * Decompresses a block (LZ4 Block Format) to `output` from `start` on. Matches may reach back to `first`.
 *
 * @returns where it ends; null when it is damaged.
 */
export function decompressLz4Block(
  block: Uint8Array,
  output: Uint8Array,
  start: number,
  first: number,
): number | null {
  let [at, done] = [0, start];
  const extended = (base: number): number => {
    let value = base;
    if (base !== 15) return value;
    for (let next = 255; next === 255; value += next) {
      if (at >= block.length) return NaN;
      next = block[at++]!;
    }
    return value;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = extended(token >> 4);
    // Not a number where the block ended.
    if (!(at + literals <= block.length && done + literals <= output.length)) return null;
    output.set(block.subarray(at, at + literals), done);
    at += literals;
    done += literals;
    if (at === block.length) return done;
    if (at + 2 > block.length) return null;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const matched = extended(token & 15) + SMALLEST_MATCH;
    if (distance === 0 || done - distance < first || !(done + matched <= output.length)) return null;
    for (const end = done + matched; done < end; done++) output[done] = output[done - distance]!;
  }
  return null;
}
