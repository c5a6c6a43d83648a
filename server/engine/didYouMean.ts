import leven from 'leven';

/**
 * The allowed name that a mistyped one most likely stands for: the nearest, and at most two fifths of its letters away.
 * Two neighbouring letters that were swapped count as one change.
 */
export function didYouMean(found: string, allowed: readonly string[]): string | undefined {
  const typed = found.toLowerCase();
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(typed.length * 0.4)) + 1;
  for (const name of allowed) {
    const meant = name.toLowerCase();
    const distance = isSwapped(typed, meant) ? 1 : leven(typed, meant);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** Whether two words differ by two neighbouring letters that have changed places. */
function isSwapped(one: string, other: string): boolean {
  const at = one.split('').findIndex((letter, index) => letter !== other[index]);
  return (
    at >= 0 &&
    one.length === other.length &&
    one[at] === other[at + 1] &&
    one[at + 1] === other[at] &&
    one.slice(at + 2) === other.slice(at + 2)
  );
}
