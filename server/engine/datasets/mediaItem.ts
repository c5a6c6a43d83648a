import { audioBytesItem, audioFileItem } from './audioFile.ts';
import type { FileContent } from './contentOfName.ts';
import type { Item } from './dataset.ts';
import { imageBytesItem, imageFileItem } from './imageFile.ts';
import { tensorBytesItem, tensorFileItem } from './tensorFile.ts';
import { videoBytesItem, videoFileItem } from './videoFile.ts';

const ofFile = { image: imageFileItem, audio: audioFileItem, video: videoFileItem, tensor: tensorFileItem };
const ofBytes = {
  image: imageBytesItem,
  audio: audioBytesItem,
  video: videoBytesItem,
  tensor: tensorBytesItem,
};

/**
 * A file of a content, as an item that is read when it is loaded.
 *
 * @param path The file; names out of data go through `resolveInside` first.
 * @param name How messages and reports call it.
 */
export function mediaFileItem(content: FileContent, path: string, name: string): Item {
  return { ...ofFile[content](path, name), file: path };
}

/** What a file of a content holds, as an item whose bytes `read` gives when it is loaded. */
export function mediaBytesItem(content: FileContent, read: () => Promise<Uint8Array>, name: string): Item {
  return ofBytes[content](read, name);
}
