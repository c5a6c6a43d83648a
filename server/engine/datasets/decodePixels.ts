import { decodeBmp } from './decodeBmp.ts';
import { decodeDicom } from './decodeDicom.ts';
import { decodeJpeg2000 } from './decodeJpeg2000.ts';
import { decodeNetpbm } from './decodeNetpbm.ts';
import { decodeWithLibvips } from './decodeWithLibvips.ts';
import { recogniseImage } from './imageFormat.ts';
import { undecodableImage } from './imageProblem.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import type { RgbPixels } from './pillowResize.ts';
import { unreadReason } from './unreadFormats.ts';

/**
 * Decodes an image to 8-bit RGB, as Pillow's `open` and `convert('RGB')` do, which most models were trained with: the
 * first frame of an animation; transparency dropped, so that the colour stored under it shows; embedded colour profiles
 * ignored; CMYK by Pillow's formula. Different from there: it is rotated as its EXIF tag says (as Hugging Face's
 * `load_image` does); of grey values of 16 bits the upper 8 are taken, as of coloured ones, where Pillow gives 255 for
 * all from 255 on; transparent pixels of a GIF are black, whose stored colour the decoder does not tell.
 *
 * The bytes say which format it is, not the name: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, Netpbm, JPEG 2000, DICOM.
 *
 * @param window For grey images of more than 8 bits: values from its lower to its upper end become 0 to 255, linearly,
 *   rounded to the nearest, and those outside 0 or 255. Other images are taken as without it.
 * @throws InputError `image-undecodable` when the bytes are no image, a broken one or of a format that is not read;
 *   `image-too-large` when it has more than 178,956,970 pixels, `image-depth` for signed 16-bit values with a window:
 *   negative ones cannot be read; those of `decodeDicom`.
 */
export async function decodePixels(
  bytes: Uint8Array,
  name: string,
  window?: IntensityWindow,
): Promise<RgbPixels> {
  if (bytes.length === 0) throw undecodableImage(name, 'it is empty (0 bytes)');
  const recognised = recogniseImage(bytes);
  switch (recognised?.decoder) {
    case 'libvips':
      return await decodeWithLibvips(bytes, name, window);
    case 'bmp':
      return decodeBmp(bytes, name);
    case 'netpbm':
      return decodeNetpbm(bytes, name, window);
    case 'jpeg2000':
      return await decodeJpeg2000(bytes, name, window);
    case 'dicom':
      return await decodeDicom(bytes, name, window);
    case null:
      throw undecodableImage(name, `it is ${unreadReason('image', recognised.seems)}`);
    case undefined: {
      const hex = Buffer.from(bytes.subarray(0, 8)).toString('hex');
      throw undecodableImage(
        name,
        `it is of no image format that is known (it begins with the bytes ${hex})`,
      );
    }
  }
}
