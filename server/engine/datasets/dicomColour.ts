import type { DataSet } from 'dicom-parser';
import { unsupported } from './dicomProblem.ts';
import { readTable } from './dicomTables.ts';

/** Unsigned samples of any number of bits as 8 bits: `value × 255 / (2^bits − 1)`, rounded. */
export function samplesToBytes(values: Float64Array, bitsStored: number): Uint8Array {
  const scale = 255 / (2 ** bitsStored - 1);
  return Uint8Array.from(values, (value) => Math.round(value * scale));
}

/** Full-range YCbCr, interleaved, to RGB: the inverse of PS3.3 C.7.6.3.1.2, rounded and clamped. */
export function ybrToRgb(ybr: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(ybr.length);
  for (let i = 0; i < ybr.length; i += 3) {
    const y = ybr[i]!;
    const blue = ybr[i + 1]! - 128;
    const red = ybr[i + 2]! - 128;
    rgb[i] = y + 1.402 * red;
    rgb[i + 1] = y - 0.344136 * blue - 0.714136 * red;
    rgb[i + 2] = y + 1.772 * blue;
  }
  return new Uint8Array(rgb.buffer);
}

/**
 * Indices through the palette's red, green and blue tables (PS3.3 C.7.6.3.1.5); of entries of 16 bits, the high 8.
 *
 * @throws DicomProblem `dicom-undecodable` when a table is missing or too short, `dicom-unsupported` when the tables
 *   are stored in segments.
 */
export function paletteToRgb(indices: Float64Array, elements: DataSet): Uint8Array {
  if (elements.elements['x00281221'] !== undefined) throw unsupported('its palette is stored in segments');
  const rgb = new Uint8Array(indices.length * 3);
  for (const [channel, descriptor, data] of [
    [0, 'x00281101', 'x00281201'],
    [1, 'x00281102', 'x00281202'],
    [2, 'x00281103', 'x00281203'],
  ] as const) {
    const table = readTable(elements, descriptor, data, elements);
    const scale = (table.highest + 1) / 256;
    for (let i = 0; i < indices.length; i++) {
      rgb[3 * i + channel] = Math.floor(table.entry(indices[i]!) / scale);
    }
  }
  return rgb;
}
