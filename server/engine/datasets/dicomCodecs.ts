import type { JpegLSDecoder } from '@cornerstonejs/codec-charls/decodewasmjs';
import { Decoder as LosslessDecoder } from 'jpeg-lossless-decoder-js';
import { decodeWithOwnErrors, imageLibrary, libraryMessage } from './imageLibrary.ts';
import { codestreamSize } from './codestreamSize.ts';
import { broken, unsupported } from './dicomProblem.ts';
import type { PixelLayout } from './dicomHeader.ts';
import { decodeRle } from './dicomRle.ts';
import { jpeg2000Codec } from './jpeg2000Codec.ts';
import { WasmFrameCodec } from './wasmFrameCodec.ts';

/** A decoded frame's samples, as many as the layout says. */
export interface Samples {
  /** Little endian, the bits that are stored at the low end. */
  readonly bytes: Uint8Array;
  readonly bytesPerSample: 1 | 2 | 4;
  /** One component after the other, instead of interleaved. */
  readonly planar: boolean;
  /** Whether the codec has made RGB of what the layout's photometric interpretation says. */
  readonly isRgb: boolean;
}

type Codec = (bytes: Uint8Array, layout: PixelLayout) => Samples | Promise<Samples>;

/** By transfer syntax, of those that compress pixels. */
const codecs: Readonly<Record<string, Codec>> = {
  '1.2.840.10008.1.2.5': runLengths,
  '1.2.840.10008.1.2.4.50': decodeJpeg,
  '1.2.840.10008.1.2.4.51': decodeJpeg,
  '1.2.840.10008.1.2.4.57': decodeLosslessJpeg,
  '1.2.840.10008.1.2.4.70': decodeLosslessJpeg,
  '1.2.840.10008.1.2.4.80': decodeJpegLs,
  '1.2.840.10008.1.2.4.81': decodeJpegLs,
  '1.2.840.10008.1.2.4.90': decodeJpeg2000,
  '1.2.840.10008.1.2.4.91': decodeJpeg2000,
};

/** Names of transfer syntaxes that cannot be decoded, for messages. */
const unknownNames: readonly (readonly [prefix: string, name: string])[] = [
  ['1.2.840.10008.1.2.4.92', 'JPEG 2000 of several components, lossless'],
  ['1.2.840.10008.1.2.4.93', 'JPEG 2000 of several components'],
  ['1.2.840.10008.1.2.4.94', 'JPIP, pixels on a server'],
  ['1.2.840.10008.1.2.4.95', 'JPIP, pixels on a server'],
  ['1.2.840.10008.1.2.4.100', 'MPEG-2 video'],
  ['1.2.840.10008.1.2.4.101', 'MPEG-2 video'],
  ['1.2.840.10008.1.2.4.102', 'MPEG-4 video'],
  ['1.2.840.10008.1.2.4.103', 'MPEG-4 video'],
  ['1.2.840.10008.1.2.4.107', 'HEVC video'],
  ['1.2.840.10008.1.2.4.108', 'HEVC video'],
  ['1.2.840.10008.1.2.4.201', 'High-Throughput JPEG 2000, lossless'],
  ['1.2.840.10008.1.2.4.202', 'High-Throughput JPEG 2000, lossless'],
  ['1.2.840.10008.1.2.4.203', 'High-Throughput JPEG 2000'],
];

/**
 * Decompresses one frame. The size in the codestream is checked before memory is reserved for its pixels.
 *
 * @throws DicomProblem `dicom-unsupported` when there is no codec for the transfer syntax, `dicom-undecodable` when
 *   the frame is broken, or is not of the size and kind that the file says.
 */
export async function decompress(syntax: string, bytes: Uint8Array, layout: PixelLayout): Promise<Samples> {
  const codec = codecs[syntax];
  if (codec === undefined) {
    const name = unknownNames.find(([uid]) => uid === syntax)?.[1];
    throw unsupported(
      `its transfer syntax ${syntax}${name === undefined ? '' : ` (${name})`} is none that can be decoded: ` +
        'uncompressed, RLE, JPEG, lossless JPEG, JPEG-LS, JPEG 2000',
    );
  }
  const samples = await codec(bytes, layout);
  const expected = layout.rows * layout.columns * layout.samplesPerPixel * samples.bytesPerSample;
  if (samples.bytes.length !== expected) {
    throw broken(`its compressed pixels give ${samples.bytes.length} bytes; expected ${expected}`);
  }
  return samples;
}

/** Checks what a codestream's own header says, and returns the bits of its samples. */
function checkSize(bytes: Uint8Array, { rows, columns, samplesPerPixel }: PixelLayout): number {
  const size = codestreamSize(bytes);
  if (size === undefined) throw broken('its compressed pixels have no header of a codestream');
  const { width, height, components, precision } = size;
  if (width !== columns || height !== rows || components !== samplesPerPixel) {
    throw broken(
      `its compressed pixels are ${width} × ${height} of ${components} components; ` +
        `the file says ${columns} × ${rows} of ${samplesPerPixel}`,
    );
  }
  return precision;
}

function runLengths(bytes: Uint8Array, layout: PixelLayout): Samples {
  const bytesPerSample = (layout.bitsAllocated / 8) as Samples['bytesPerSample'];
  return { bytes: decodeRle(bytes, layout), bytesPerSample, planar: true, isRgb: false };
}

async function decodeJpeg(bytes: Uint8Array, layout: PixelLayout): Promise<Samples> {
  const precision = checkSize(bytes, layout);
  if (precision !== 8)
    throw unsupported(`it has JPEG pixels of ${precision} bits; only those of 8 can be decoded`);
  const isGrey = layout.samplesPerPixel === 1;
  try {
    const sharp = await imageLibrary();
    const jpeg = layout.photometric === 'RGB' ? markedAsRgb(bytes) : bytes;
    const data = await decodeWithOwnErrors(() =>
      sharp(jpeg, { failOn: 'error', ignoreIcc: true })
        .toColourspace(isGrey ? 'b-w' : 'srgb')
        .raw({ depth: 'uchar' })
        .toBuffer(),
    );
    return { bytes: data, bytesPerSample: 1, planar: false, isRgb: !isGrey };
  } catch (error) {
    throw broken(libraryMessage(error));
  }
}

/**
 * Adds Adobe's marker with the transformation 0 behind the first marker of a JPEG: without it, decoders take three
 * components for YCbCr.
 */
function markedAsRgb(bytes: Uint8Array): Uint8Array {
  const marker = [0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 0];
  return Buffer.concat([bytes.subarray(0, 2), Uint8Array.from(marker), bytes.subarray(2)]);
}

function decodeLosslessJpeg(bytes: Uint8Array, layout: PixelLayout): Samples {
  const bytesPerSample = checkSize(bytes, layout) <= 8 ? 1 : 2;
  if (bytesPerSample === 2 && layout.samplesPerPixel === 3) {
    throw unsupported('it has lossless JPEG pixels of three components with more than 8 bits');
  }
  try {
    const decoder = new LosslessDecoder();
    const samples = decoder.decode(bytes.buffer, bytes.byteOffset, bytes.length, bytesPerSample);
    return { bytes: bytesOf(samples), bytesPerSample, planar: false, isRgb: false };
  } catch (error) {
    throw broken((error as Error).message);
  }
}

/** The bytes of 16-bit values; all platforms that run this are little endian. */
function bytesOf(values: Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

async function decodeJpegLs(bytes: Uint8Array, layout: PixelLayout): Promise<Samples> {
  checkSize(bytes, layout);
  const { facts: interleaving, ...samples } = await jpegLs.decode(bytes, (d) => d.getInterleaveMode());
  return { ...samples, planar: interleaving === 0, isRgb: false };
}

async function decodeJpeg2000(bytes: Uint8Array, layout: PixelLayout): Promise<Samples> {
  checkSize(bytes, layout);
  const { bytes: decoded, bytesPerSample } = await jpeg2000Codec.decode(bytes, () => undefined);
  // The decoder undoes the codestream's own transformations of colours.
  const isRgb = /^YBR_(ICT|RCT)$/.test(layout.photometric);
  return { bytes: decoded, bytesPerSample, planar: false, isRgb };
}

const jpegLs = new WasmFrameCodec<JpegLSDecoder>(async (output) => {
  const { default: create } = await import('@cornerstonejs/codec-charls/decodewasmjs');
  return (await create(output)).JpegLSDecoder;
});
