import { InputError } from '../problems.ts';
import { imageTooLarge, pixelLimit } from './imageLimits.ts';

/** An InputError `image-undecodable`: what is wrong with an image's bytes. */
export function undecodableImage(name: string, found: string): InputError {
  return new InputError('image-undecodable', `The image ${name} cannot be decoded: ${found}`);
}

/**
 * Checks the size that a header says, before memory is reserved for it.
 *
 * @throws InputError `image-undecodable` for an image without pixels, `image-too-large` for one with too many.
 */
export function checkPixels(name: string, width: number, height: number): void {
  if (!(width > 0 && height > 0)) {
    throw undecodableImage(name, `its header says ${width} × ${height} pixels; expected at least one`);
  }
  if (width * height > pixelLimit) {
    throw imageTooLarge(name, `has ${width} × ${height} pixels`, pixelLimit);
  }
}

/** @throws InputError `image-undecodable` when an image has fewer bytes than its header says. */
export function expectBytes(name: string, bytes: Uint8Array, needed: number): void {
  if (bytes.length < needed) {
    throw undecodableImage(name, `it ends early: it has ${bytes.length} bytes, its header says ${needed}`);
  }
}
