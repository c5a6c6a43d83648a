import type sharpModule from 'sharp';
import { InputError } from '../problems.ts';
import { SharedTurns } from './sharedTurns.ts';

let loaded: Promise<typeof sharpModule> | undefined;

/**
 * sharp, loaded when the first image is decoded: programs that only describe images must not load native code.
 *
 * Files come from anywhere, so only these formats' decoders can be reached, whatever the bytes claim to be. SVG is not
 * among them: it may refer to other files.
 */
export function imageLibrary(): Promise<typeof sharpModule> {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({
      operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
        (format) => `VipsForeignLoad${format}Buffer`,
      ),
    });
    return sharp;
  });
  return loaded;
}

const turns = new SharedTurns();

/**
 * Decodes with sharp. What fails is done again while nothing else is decoded: libvips keeps the messages of all its
 * threads in one place, so that an image which fails beside others may be given what is wrong with one of these, or
 * nothing.
 *
 * @param decode Rejects with an `InputError`, which is passed on as it is, or with an error of sharp's.
 * @returns What the first or the second try gives; it rejects with the error of the second.
 */
export async function decodeWithOwnErrors<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await turns.together(decode);
  } catch (error) {
    if (error instanceof InputError) throw error;
    return await turns.alone(decode);
  }
}

/** What sharp's error says of an image that was decoded by `decodeWithOwnErrors`, in one line. */
export function libraryMessage(error: unknown): string {
  const lines = (error as Error).message
    .replace(/^Input buffer (?:has corrupt header:|contains unsupported image format)/, '')
    .split('\n')
    .map((line) => line.trim().replace(/^(?:VipsJpeg|vipspng|webp|tiff2vips|gifload_buffer|heif): /, ''))
    // What is tried at first, also in images that are whole.
    .filter((line) => line !== '' && line !== 'Unknown error' && !line.startsWith('source: bad seek'));
  return lines.length === 0 ? 'its bytes are damaged or end early' : [...new Set(lines)].join('; ');
}
