import type { BmpHeader } from './bmpHeader.ts';
import { undecodableImage } from './imageProblem.ts';

/**
 * The palette's indices in a bitmap of run lengths, one a byte, in the order in which rows are stored. Pixels that runs
 * leave out are 0; those beyond the end of a row or of the image are dropped.
 *
 * @param runs The file from the first run on.
 * @throws InputError `image-undecodable` when the runs end before the image does.
 */
export function decodeBmpRuns(
  runs: Uint8Array,
  { width, height, coding }: Pick<BmpHeader, 'width' | 'height' | 'coding'>,
  name: string,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  const isOf4 = coding === 'runs-of-4';
  let x = 0;
  let row = 0;
  const put = (index: number): void => {
    if (x < width) indices[row * width + x] = index;
    x++;
  };
  for (let at = 0; row < height;) {
    const [count, second] = [runs[at], runs[at + 1]];
    if (count === undefined || second === undefined) break;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(isOf4 ? (i % 2 === 0 ? second >> 4 : second & 15) : second);
    } else if (second === 0) {
      x = 0;
      row++;
    } else if (second === 1) {
      return indices;
    } else if (second === 2) {
      x += runs[at] ?? 0;
      row += runs[at + 1] ?? 0;
      at += 2;
    } else {
      const bytes = isOf4 ? Math.ceil(second / 2) : second;
      if (at + bytes > runs.length) break;
      for (let i = 0; i < second; i++) {
        if (isOf4) put(i % 2 === 0 ? runs[at + (i >> 1)]! >> 4 : runs[at + (i >> 1)]! & 15);
        else put(runs[at + i]!);
      }
      // Up to an even number of bytes.
      at += bytes + (bytes % 2);
    }
  }
  // Files without a mark at the end are whole when they reach the end of the last row.
  if (row < height - 1 || (row === height - 1 && x < width)) {
    throw undecodableImage(name, `it ends early: its run lengths fill ${row} of ${height} rows`);
  }
  return indices;
}
