import type sharpModule from 'sharp';

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
