import { recogniseAudio } from './audioFormat.ts';
import type { FileContent } from './contentOfName.ts';
import { recogniseImage } from './imageFormat.ts';

/** How many bytes from the beginning of a file tell what it holds. */
export const signatureBytes = 256;

/**
 * What an encoded file holds by the signature at its beginning: those of the formats that are known by their
 * extensions, read or not. Null when it is none of these.
 *
 * @param bytes The file, or its first {@link signatureBytes} bytes.
 */
export function contentOfBytes(bytes: Uint8Array): FileContent | null {
  const text = Buffer.from(bytes.subarray(0, signatureBytes)).toString('latin1');
  const at = (position: number, ...signatures: string[]) =>
    signatures.some((signature) => text.startsWith(signature, position));
  if (recogniseImage(bytes) !== null) return 'image';
  if (at(0, 'RIFF') && at(8, 'AVI ')) return 'video';
  // ISO base media files, which may be sound alone.
  if (at(4, 'ftyp')) return at(8, 'M4A ') ? 'audio' : 'video';
  // Matroska and WebM.
  if (at(0, '\x1a\x45\xdf\xa3')) return 'video';
  if (at(0, '\x93NUMPY')) return 'tensor';
  return recogniseAudio(bytes).format === null ? null : 'audio';
}
