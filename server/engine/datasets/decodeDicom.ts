import { InputError } from '../problems.ts';
import type { ImageInput } from './dataset.ts';
import { ybrToRgb, paletteToRgb, samplesToBytes } from './dicomColour.ts';
import { type PixelLayout, parseElements, pixelLayout } from './dicomHeader.ts';
import { applyModality, toLevels } from './dicomLevels.ts';
import { firstFrame } from './dicomPixels.ts';
import { DicomProblem, unsupported } from './dicomProblem.ts';
import type { IntensityWindow } from './intensityWindow.ts';

/** An image's pixels: RGB, 8 bit, row-major, interleaved. */
export type DicomPixels = Omit<Extract<ImageInput, { kind: 'pixels' }>, 'kind'>;

/**
 * Decodes the first frame of a DICOM file to 8-bit RGB.
 *
 * Grey values go through the modality's transformation (rescale slope and intercept, or a table), then from the window
 * to levels 0 to 255, rounded to the nearest: the window that is given (linear), else the file's first one with its
 * function, else its first table of values of interest, else from the lowest value of the image to the highest
 * (padding counts as any other value). MONOCHROME1 is inverted, so that black is black. RGB, YBR and palettes are
 * converted to RGB and not windowed; of more than 8 bits the high ones are kept in proportion. Overlays are not drawn,
 * and the shape of a pixel is taken for square.
 *
 * Reads uncompressed files (both byte orders, deflated), run lengths, JPEG of 8 bits, lossless JPEG, JPEG-LS and
 * JPEG 2000.
 *
 * @param name How messages call the image.
 * @param window In the units after the modality's transformation, Hounsfield units for CT; its width is 1 or more.
 * @throws InputError `dicom-undecodable` when the file is broken, cut off, or contradicts itself; `dicom-unsupported`
 *   when its pixels are of a kind that cannot be decoded, which the message names; `image-too-large` when it has
 *   more than 178,956,970 pixels.
 */
export async function decodeDicom(
  bytes: Uint8Array,
  name: string,
  window?: IntensityWindow,
): Promise<DicomPixels> {
  try {
    const elements = parseElements(bytes);
    const layout = pixelLayout(elements);
    const { rows, columns } = layout;
    const { values, isRgb } = await firstFrame(elements, layout);
    const size = { width: columns, height: rows };
    switch (kindOf(layout, isRgb)) {
      case 'grey': {
        applyModality(values, elements);
        const levels = toLevels(values, elements, window);
        return { ...size, rgb: greyToRgb(levels, layout.photometric === 'MONOCHROME1') };
      }
      case 'palette':
        return { ...size, rgb: paletteToRgb(values, elements) };
      case 'rgb':
        return { ...size, rgb: samplesToBytes(values, layout.bitsStored) };
      case 'ybr':
        return { ...size, rgb: ybrToRgb(samplesToBytes(values, layout.bitsStored)) };
    }
  } catch (error) {
    if (!(error instanceof DicomProblem)) throw error;
    throw new InputError(error.code, `The DICOM file ${name} cannot be decoded: ${error.message}`);
  }
}

function kindOf(
  { photometric, samplesPerPixel }: PixelLayout,
  isRgb: boolean,
): 'grey' | 'palette' | 'rgb' | 'ybr' {
  if (samplesPerPixel === 1) {
    if (photometric === 'MONOCHROME1' || photometric === 'MONOCHROME2') return 'grey';
    if (photometric === 'PALETTE COLOR') return 'palette';
  } else {
    if (isRgb || photometric === 'RGB') return 'rgb';
    if (photometric === 'YBR_FULL' || photometric === 'YBR_FULL_422') return 'ybr';
  }
  throw unsupported(
    `its photometric interpretation is ${JSON.stringify(photometric)} with ${samplesPerPixel} samples a pixel; expected ` +
      'MONOCHROME1, MONOCHROME2 or PALETTE COLOR with 1, or RGB, YBR_FULL or YBR_FULL_422 with 3',
  );
}

function greyToRgb(levels: Uint8Array, inverted: boolean): Uint8Array {
  const rgb = new Uint8Array(levels.length * 3);
  for (let i = 0; i < levels.length; i++) {
    const level = inverted ? 255 - levels[i]! : levels[i]!;
    rgb[3 * i] = level;
    rgb[3 * i + 1] = level;
    rgb[3 * i + 2] = level;
  }
  return rgb;
}
