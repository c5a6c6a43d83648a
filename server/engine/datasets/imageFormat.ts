import { isBmp } from './bmpHeader.ts';
import { isNetpbm } from './decodeNetpbm.ts';
import { isJpeg2000 } from './jp2Boxes.ts';

/** What the first bytes of an image say: which decoder reads it, or what it is that none reads; null for neither. */
export type RecognisedImage =
  | { readonly decoder: 'libvips' | 'bmp' | 'netpbm' | 'jpeg2000' | 'dicom' }
  | { readonly decoder: null; readonly seems: string }
  | null;

/** How many bytes from the beginning of an image tell its format. */
export const imageSignatureBytes = 256;

/** Brands of ISO base media files that are images. */
const brands: Readonly<Record<string, RecognisedImage>> = {
  avif: { decoder: 'libvips' },
  avis: { decoder: 'libvips' },
  heic: { decoder: null, seems: 'HEIC' },
  heix: { decoder: null, seems: 'HEIC' },
  heim: { decoder: null, seems: 'HEIC' },
  heis: { decoder: null, seems: 'HEIC' },
  hevc: { decoder: null, seems: 'HEIC' },
  hevx: { decoder: null, seems: 'HEIC' },
  jxl: { decoder: null, seems: 'JPEG XL' },
  'crx ': { decoder: null, seems: 'a camera’s raw format' },
};

/** Formats that are met in folders of images and have no decoder here: the place and text of their marks. */
const others: readonly (readonly [offset: number, mark: string, seems: string])[] = [
  [0, '\0\0\0\x0cJXL \r\n\x87\n', 'JPEG XL'],
  [0, '\xff\x0a', 'JPEG XL'],
  [0, '8BPS', 'Photoshop'],
  [0, '\0\0\x01\0', 'ICO'],
  [0, '%!PS', 'EPS'],
  [0, '\xc5\xd0\xd3\xc6', 'EPS'],
  [0, 'FUJIFILMCCD-RAW', 'a camera’s raw format'],
  [8, 'CR\x02\0', 'a camera’s raw format'],
  [0, 'IIRO', 'a camera’s raw format'],
  [0, 'II\xbc\x01', 'JPEG XR'],
  [0, 'gimp xcf', 'GIMP'],
  [0, 'qoif', 'QOI'],
  [0, '\x76\x2f\x31\x01', 'OpenEXR'],
  [0, '#?RADIANCE', 'Radiance HDR'],
  [0, 'DDS ', 'DDS'],
];

/**
 * Recognises the format of an image by its first bytes.
 *
 * @param bytes The image, or its first {@link imageSignatureBytes} bytes.
 */
export function recogniseImage(bytes: Uint8Array): RecognisedImage {
  const text = Buffer.from(bytes.subarray(0, imageSignatureBytes)).toString('latin1');
  const at = (position: number, ...marks: string[]) => marks.some((mark) => text.startsWith(mark, position));
  // Behind a preamble (PS3.10 7.1), which may be a header of TIFF.
  if (at(128, 'DICM')) return { decoder: 'dicom' };
  for (const [offset, mark, seems] of others) if (at(offset, mark)) return { decoder: null, seems };
  if (at(0, '\xff\xd8\xff', '\x89PNG', 'GIF8') || (at(0, 'RIFF') && at(8, 'WEBP'))) {
    return { decoder: 'libvips' };
  }
  // TIFF and BigTIFF.
  if (at(0, 'II*\0', 'MM\0*', 'II+\0', 'MM\0+')) return { decoder: 'libvips' };
  if (at(4, 'ftyp')) return brandOf(text);
  if (isBmp(bytes)) return { decoder: 'bmp' };
  if (isNetpbm(bytes)) return { decoder: 'netpbm' };
  if (isJpeg2000(bytes)) return { decoder: 'jpeg2000' };
  if (/^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^]*<svg|svg|!DOCTYPE svg)\b/.test(text))
    return { decoder: null, seems: 'SVG' };
  return null;
}

/** By the major brand; where that is the general one of HEIF (`mif1`, `msf1`), by the others that the file names. */
function brandOf(text: string): RecognisedImage {
  const major = text.slice(8, 12);
  if (major !== 'mif1' && major !== 'msf1') return brands[major] ?? null;
  const length = Math.min(Buffer.from(text.slice(0, 4), 'latin1').readUInt32BE(), text.length);
  for (let at = 16; at + 4 <= length; at += 4) {
    const found = brands[text.slice(at, at + 4)];
    if (found !== undefined) return found;
  }
  return { decoder: 'libvips' };
}
