import type { AudioItem } from './dataset.ts';
import { readItemBytes } from './regularFile.ts';

/**
 * The sound in a file, as an item whose bytes are read when it is loaded.
 *
 * Loading rejects with an `InputError` (`audio-unreadable`) when there is no such file or it cannot be read.
 *
 * @param path The file to read; names out of data go through `resolveInside` first.
 * @param name How messages and reports call the sound.
 */
export function audioFileItem(path: string, name: string): AudioItem {
  return audioBytesItem(() => readItemBytes('audio', path, name), name);
}

/** The sound in an encoded file's bytes, which `read` gives when it is loaded. */
export function audioBytesItem(read: () => Promise<Uint8Array>, name: string): AudioItem {
  return { content: 'audio', name, load: read };
}
