import { recogniseAudio } from './audioFormat.ts';
import type { FileContent } from './contentOfName.ts';

/** How many bytes from the beginning of a file tell what it holds. */
export const signatureBytes = 256;

/** Brands of ISO base media files that are no video: AVIF and HEIF, and sound alone. */
const brands: Readonly<Record<string, FileContent>> = {
  avif: 'image',
  avis: 'image',
  heic: 'image',
  heix: 'image',
  mif1: 'image',
  msf1: 'image',
  'M4A ': 'audio',
};

/**
 * What an encoded file holds by the signature at its beginning: those of the formats that `contentOfName` knows by
 * their extensions. Null when it is none of these.
 *
 * @param bytes The file, or its first {@link signatureBytes} bytes.
 */
export function contentOfBytes(bytes: Uint8Array): FileContent | null {
  const text = Buffer.from(bytes.subarray(0, signatureBytes)).toString('latin1');
  const at = (position: number, ...signatures: string[]) =>
    signatures.some((signature) => text.startsWith(signature, position));
  if (at(0, '\xff\xd8\xff', '\x89PNG', 'GIF8', 'II*\0', 'MM\0*') || at(128, 'DICM')) return 'image';
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'image';
  if (at(0, 'RIFF') && at(8, 'AVI ')) return 'video';
  if (at(4, 'ftyp')) return brands[text.slice(8, 12)] ?? 'video';
  // Matroska and WebM.
  if (at(0, '\x1a\x45\xdf\xa3')) return 'video';
  if (at(0, '\x93NUMPY')) return 'tensor';
  return recogniseAudio(bytes).format === null ? null : 'audio';
}
