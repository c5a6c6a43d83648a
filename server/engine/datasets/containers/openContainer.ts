import type { FoundFile } from '../embeddingArrays.ts';
import { numbersInBytes, type FoundArray } from '../foundArray.ts';
import { hasPickleName, pickleRefusal } from '../pickleRefusal.ts';
import type { ContainerKind, ContainerSource } from './container.ts';
import { openInThread } from './containerThread.ts';
import { slabRange } from './slabRange.ts';

/**
 * The arrays of a container, read in a thread of its own. The caller closes it.
 *
 * @throws InputError `pickle-refused`, and as `openInThread` does.
 */
export async function openContainer(
  kind: ContainerKind,
  source: ContainerSource,
): Promise<FoundFile & { readonly close: () => Promise<void> }> {
  const file = source.path;
  if (hasPickleName(file)) throw pickleRefusal(file);
  const container = await openInThread(kind, source);
  const arrays = container.arrays.map((array, index): FoundArray => {
    const { name, shape } = array;
    if (array.type === null) {
      const { description: type, advice } = array;
      return { name, type, shape, numbers: null, ...(advice !== undefined && { advice }) };
    }
    const { type, rowsTogether, isTransposed: fortranOrder = false } = array;
    const slabs = {
      shape: array.shape,
      bytesPerValue: type.bytes,
      rowsTogether,
      read: ({ offset, count }: { offset: readonly number[]; count: readonly number[] }) =>
        container.read(index, offset, count),
    };
    const layout = { shape: fortranOrder ? array.shape.toReversed() : array.shape, type, fortranOrder };
    return numbersInBytes(name, file, layout, () => {
      const range = slabRange(slabs, `${file}, array ${name}`, file);
      // Each of its rows lies in all chunks: it is read whole, once, as what is compressed is.
      return fortranOrder ? { ...range, sequential: true } : range;
    });
  });
  return { file, arrays, notes: container.notes, close: () => container.close() };
}
