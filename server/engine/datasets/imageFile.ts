import type { ImageItem } from './dataset.ts';
import { recogniseImage } from './imageFormat.ts';
import { undecodableImage } from './imageProblem.ts';
import { readItemBytes } from './regularFile.ts';
import { unreadFile } from './unreadFormats.ts';

/**
 * The image in a file, as an item whose bytes are read when it is loaded.
 *
 * Loading rejects with an `InputError`: `image-unreadable` when there is no such file or it cannot be read,
 * `image-undecodable` when its name says a format that is not read, and its bytes no other one.
 *
 * @param path The file to read; names out of data go through `resolveInside` first.
 * @param name How messages and reports call the image.
 */
export function imageFileItem(path: string, name: string): ImageItem {
  return imageBytesItem(async () => {
    const bytes = await readItemBytes('image', path, name);
    checkNamedFormat(bytes, path, name);
    return bytes;
  }, name);
}

/** The image in an encoded file's bytes, which `read` gives when it is loaded. */
export function imageBytesItem(read: () => Promise<Uint8Array>, name: string): ImageItem {
  return { content: 'image', name, load: async () => ({ kind: 'encoded', bytes: await read() }) };
}

function checkNamedFormat(bytes: Uint8Array, path: string, name: string): void {
  const unread = unreadFile(path);
  if (unread?.content !== 'image') return;
  const recognised = recogniseImage(bytes);
  // Cameras' formats look like TIFF, of which no more than a small preview would be read.
  if (recognised === null || (unread.isCameras && recognised.decoder === 'libvips')) {
    throw undecodableImage(name, unread.reason);
  }
}
