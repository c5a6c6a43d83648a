import leven from 'leven';

/**
 * The allowed name that a mistyped one most likely stands for: the nearest, and at most two fifths of its letters away,
 * so that two swapped letters of five (which count as two changes) are still found.
 */
export function didYouMean(found: string, allowed: readonly string[]): string | undefined {
  const typed = found.toLowerCase();
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(typed.length * 0.4)) + 1;
  for (const name of allowed) {
    const distance = leven(typed, name.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}
