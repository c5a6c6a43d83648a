import type { PointsFile } from '../../server/protocol/runContent.ts';
import type { PointCloud } from '../charts/pointCloud.ts';

/**
 * Reads packed points without copying a number, where the bytes lie as numbers must.
 *
 * @throws Error where the length is not what the description says.
 */
export function unpackPoints(file: PointsFile, bytes: Uint8Array): PointCloud {
  const { modalities, rows, groupings } = file;
  const expected = rows * (8 * modalities.length + 4);
  if (bytes.byteLength !== expected) {
    throw new Error(
      `${file.path} has ${bytes.byteLength} bytes; expected ${expected} for ${rows} rows of ${modalities.length} modalities`,
    );
  }
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return {
    rows: new Uint32Array(buffer, byteOffset + 8 * rows * modalities.length, rows),
    modalities: modalities.map((name, index) => ({
      name,
      xy: new Float32Array(buffer, byteOffset + 8 * rows * index, 2 * rows),
    })),
    groupings,
  };
}
