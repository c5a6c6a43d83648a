import type { Match } from './onigurumaPattern.ts';

/** A part of a text on its way to tokens. */
export interface Piece {
  readonly text: string;
  /** Whether it begins where the whole text did, as far as normalisation let it. */
  readonly isFirst: boolean;
  /** The number of the added token that it is; undefined for what the model has to tokenize. */
  readonly token?: number;
}

export const splitBehaviours = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const;
export type SplitBehaviour = (typeof splitBehaviours)[number];

interface Part {
  start: number;
  end: number;
  readonly isMatch: boolean;
}

/** Cuts a text at the matches of a pattern; `isInverted` takes what is between them for the matches. */
export function splitAt(
  piece: Piece,
  matches: readonly Match[],
  behaviour: SplitBehaviour,
  isInverted = false,
): Piece[] {
  const { text } = piece;
  const parts: Part[] = [];
  let end = 0;
  for (const match of matches) {
    if (end !== match[0]) parts.push({ start: end, end: match[0], isMatch: isInverted });
    parts.push({ start: match[0], end: match[1], isMatch: !isInverted });
    end = match[1];
  }
  if (end !== text.length) parts.push({ start: end, end: text.length, isMatch: isInverted });
  return merged(parts, behaviour)
    .filter((part) => part.end > part.start)
    .map((part) => ({
      text: text.slice(part.start, part.end),
      isFirst: piece.isFirst && part.start === 0,
    }));
}

function merged(parts: readonly Part[], behaviour: SplitBehaviour): readonly Part[] {
  switch (behaviour) {
    case 'Isolated':
      return parts;
    case 'Removed':
      return parts.filter(({ isMatch }) => !isMatch);
    case 'Contiguous':
      return joined(parts, (part, previous) => part.isMatch === previous);
    case 'MergedWithPrevious':
      return joined(parts, (part, previous) => part.isMatch && !previous);
    case 'MergedWithNext':
      return joined([...parts].reverse(), (part, previous) => part.isMatch && !previous).reverse();
  }
}

/** Joins a part to the one before it where `joins` says so; the first has no match before it. */
function joined(parts: readonly Part[], joins: (part: Part, previousIsMatch: boolean) => boolean): Part[] {
  const all: Part[] = [];
  let previousIsMatch = false;
  for (const part of parts) {
    const last = all.at(-1);
    if (last !== undefined && joins(part, previousIsMatch)) {
      last.start = Math.min(last.start, part.start);
      last.end = Math.max(last.end, part.end);
    } else {
      all.push({ ...part });
    }
    previousIsMatch = part.isMatch;
  }
  return all;
}

/** Each character of a class as a match of its own. */
export function characterMatches(text: string, matches: (code: number) => boolean): Match[] {
  const found: Match[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at)!;
    const end = at + (code > 0xffff ? 2 : 1);
    if (matches(code)) found.push([at, end]);
    at = end;
  }
  return found;
}
