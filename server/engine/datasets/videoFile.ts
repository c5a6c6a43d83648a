import { resolve } from 'node:path';
import type { VideoItem } from './dataset.ts';
import { readItemFile } from './regularFile.ts';

/**
 * The video in a file, as an item. It is not read: a decoder seeks in the file.
 *
 * Loading rejects with an `InputError` (`video-unreadable`) when there is no such file.
 *
 * @param path The file to read; names out of data go through `resolveInside` first.
 * @param name How messages and reports call the video.
 */
export function videoFileItem(path: string, name: string): VideoItem {
  const file = resolve(path);
  const load = () =>
    readItemFile('video', file, name, () => Promise.resolve({ kind: 'file', path: file } as const));
  return { content: 'video', name, load };
}

/** The video in an encoded file's bytes, which `read` gives when it is loaded. */
export function videoBytesItem(read: () => Promise<Uint8Array>, name: string): VideoItem {
  return { content: 'video', name, load: async () => ({ kind: 'bytes', bytes: await read() }) };
}
