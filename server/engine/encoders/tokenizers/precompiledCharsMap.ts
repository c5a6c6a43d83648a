import { TokenizerProblem } from './tokenizerProblem.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const decoder = new TextDecoder('utf-8', { fatal: true });
/** Bytes of the longest cluster of characters that is looked up as a whole. */
const longestCluster = 5;

/**
 * The normalization of a SentencePiece model: a trie of bytes as a double array (Yata's darts-clone), and the texts that
 * stand for what it finds, each ended by a zero.
 *
 * As the reference does, a cluster of at most five bytes becomes what stands for the shortest of its beginnings that is
 * found, and of all others each character likewise.
 *
 * @param encoded in base 64, as in `precompiled_charsmap`.
 * @throws TokenizerProblem when its lengths or texts are wrong.
 */
export function precompiledCharsMap(encoded: string): (text: string) => string {
  const bytes = Buffer.from(encoded, 'base64');
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  const units = Math.floor(size / 4);
  if (units === 0 || 4 + units * 4 > bytes.length) {
    throw new TokenizerProblem(
      `normalizer Precompiled: its trie has ${size} bytes, of ${Math.max(0, bytes.length - 4)} that there are`,
    );
  }
  const trie = Uint32Array.from({ length: units }, (_, at) => bytes.readUInt32LE(4 + at * 4));
  const texts = bytes.subarray(4 + units * 4);
  const known = new Map<string, string | null>();

  const replacement = (part: string): string | null => {
    let found = known.get(part);
    if (found === undefined) {
      const at = shortestPrefix(trie, Buffer.from(part, 'utf8'));
      found = at === null ? null : textAt(texts, at);
      if (known.size < 100_000) known.set(part, found);
    }
    return found;
  };

  return (text) => {
    let all = '';
    for (const { segment } of segmenter.segment(text)) {
      const whole =
        segment.length <= longestCluster && Buffer.byteLength(segment, 'utf8') <= longestCluster
          ? replacement(segment)
          : null;
      if (whole !== null) all += whole;
      else for (const character of segment) all += replacement(character) ?? character;
    }
    return all;
  };
}

/** The value of the shortest key that the bytes begin with. */
function shortestPrefix(trie: Uint32Array, key: Uint8Array): number | null {
  let at = offsetOf(trie[0]!);
  for (const byte of key) {
    if (byte === 0) return null;
    at ^= byte;
    const unit = trie[at];
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return null;
    at ^= offsetOf(unit);
    if ((unit >>> 8) & 1) {
      const value = trie[at];
      return value === undefined ? null : value & 0x7fffffff;
    }
  }
  return null;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function textAt(texts: Buffer, start: number): string | null {
  if (start > texts.length) return null;
  const end = texts.indexOf(0, start);
  try {
    return decoder.decode(texts.subarray(start, end === -1 ? texts.length : end));
  } catch {
    throw new TokenizerProblem('normalizer Precompiled: what it puts in place of a character is not UTF-8');
  }
}
