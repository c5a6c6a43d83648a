import { InputError } from '../problems.ts';

/** Twice Pillow's `MAX_IMAGE_PIXELS`: from there on Pillow, too, takes an image for a decompression bomb. */
export const pixelLimit = 178_956_970;

/** An InputError `image-too-large`: what was found, and the largest number of pixels that is taken. */
export function imageTooLarge(name: string, found: string, limit: number): InputError {
  return new InputError(
    'image-too-large',
    `The image ${name} ${found}, expected at most ${limit}: more is taken for a decompression bomb`,
  );
}
