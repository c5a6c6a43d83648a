import type { Note } from '../../protocol/report.ts';

/** Modalities of the same rows, to the bit, which is how a file that was copied shows. */
export function equalModalities(
  modalities: readonly { readonly name: string; readonly hash: string }[],
): Note[] {
  return modalities.flatMap(({ name, hash }, index): Note[] => {
    const same = modalities.slice(0, index).find((earlier) => earlier.hash === hash);
    if (same === undefined) return [];
    const message = `${same.name} and ${name} are the same embeddings, to the bit: no gap and a recall of 1 between them say nothing. Most likely a file was saved twice`;
    return [{ code: 'equal-modalities', message }];
  });
}

/** How many intervals are not given, and why. */
export function withheldIntervals(count: number): Note[] {
  if (count === 0) return [];
  const message = `${count === 1 ? '1 value has' : `${count} values have`} no interval: resampling rows moves such a value to one side alone, as it lengthens a gap that is smaller than the noise of its means; more rows tell whether it differs from none`;
  return [{ code: 'intervals-withheld', message }];
}
