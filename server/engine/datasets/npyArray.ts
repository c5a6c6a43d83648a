import type { ByteRange } from './byteRange.ts';
import { bytesFrom } from './byteRange.ts';
import { keysOfBytes, numbersInBytes, type FoundArray } from './foundArray.ts';
import { npyLayout, numberTypeOf, otherNpyType, readNpyHeader, stringWidthOf } from './npyHeader.ts';

/**
 * The array in the bytes of a `.npy` file, or of a member of a `.npz`.
 *
 * @param openBytes Gives the bytes, each time with a read position of its own where reading is sequential.
 * @throws InputError `npy-size`, and those of `readNpyHeader`.
 */
export async function npyArray(
  name: string,
  where: string,
  file: string,
  openBytes: () => ByteRange,
): Promise<FoundArray> {
  const bytes = openBytes();
  const header = await readNpyHeader(bytes, where, file);
  const { descr, shape, dataOffset } = header;
  const values = () => bytesFrom(openBytes(), dataOffset);
  if (numberTypeOf(descr) !== null) {
    return numbersInBytes(name, file, npyLayout(header, bytes, where, file), values);
  }
  const width = stringWidthOf(descr);
  return {
    name,
    shape,
    numbers: null,
    ...otherNpyType(descr, shape),
    ...(width !== null && { keys: () => keysOfBytes(values(), width) }),
  };
}
