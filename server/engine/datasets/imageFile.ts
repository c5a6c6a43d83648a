import type { ImageItem } from './dataset.ts';
import { readItemBytes } from './regularFile.ts';

/**
 * The image in a file, as an item whose bytes are read when it is loaded.
 *
 * Loading rejects with an `InputError` (`image-unreadable`) when there is no such file or it cannot be read.
 *
 * @param path The file to read; names out of data go through `resolveInside` first.
 * @param name How messages and reports call the image.
 */
export function imageFileItem(path: string, name: string): ImageItem {
  return imageBytesItem(() => readItemBytes('image', path, name), name);
}

/** The image in an encoded file's bytes, which `read` gives when it is loaded. */
export function imageBytesItem(read: () => Promise<Uint8Array>, name: string): ImageItem {
  return { content: 'image', name, load: async () => ({ kind: 'encoded', bytes: await read() }) };
}
