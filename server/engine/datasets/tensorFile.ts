import { bytesInMemory, fileRange } from './byteRange.ts';
import type { TensorItem } from './dataset.ts';
import { openRegularFile, readItemFile } from './regularFile.ts';
import { npyTensor, readTensor } from './storedTensor.ts';

/**
 * The array in a `.npy` file, as an item that is read when it is loaded: of any type of numbers, as float32, in the
 * shape that it has.
 *
 * Loading rejects with an `InputError`: `tensor-unreadable` when there is no such file, `tensor-size`, and those of
 * `npyTensor`.
 *
 * @param path The file to read; names out of data go through `resolveInside` first.
 * @param name How messages and reports call the array.
 */
export function tensorFileItem(path: string, name: string): TensorItem {
  const load = () =>
    readItemFile('tensor', path, name, async () => {
      const { handle, size } = await openRegularFile(path);
      try {
        return await readTensor(await npyTensor(fileRange(handle, path, 0, size), name, path));
      } finally {
        await handle.close();
      }
    });
  return { content: 'tensor', name, load };
}

/** The array in the bytes of a `.npy` file, which `read` gives when it is loaded. */
export function tensorBytesItem(read: () => Promise<Uint8Array>, name: string): TensorItem {
  const load = async () => readTensor(await npyTensor(bytesInMemory(await read()), name, name));
  return { content: 'tensor', name, load };
}
