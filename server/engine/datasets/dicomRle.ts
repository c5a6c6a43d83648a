import type { PixelLayout } from './dicomHeader.ts';
import { broken } from './dicomProblem.ts';

/**
 * Decodes a frame of DICOM's run lengths (PS3.5 annex G): a header of 64 bytes with the number of segments and where
 * each starts, then a segment of each byte of each sample, the highest byte first, packed as TIFF's PackBits.
 *
 * @returns Little endian samples of the bits allocated, one component after the other.
 * @throws DicomProblem `dicom-undecodable` when the frame is broken, or has not the segments that the layout says.
 */
export function decodeRle(bytes: Uint8Array, layout: PixelLayout): Uint8Array {
  const bytesPerSample = layout.bitsAllocated / 8;
  const pixels = layout.rows * layout.columns;
  const expected = layout.samplesPerPixel * bytesPerSample;
  if (bytes.length < 64) throw broken(`its run-length header has ${bytes.length} of 64 bytes`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, 64);
  const segments = header.getUint32(0, true);
  if (segments !== expected) throw broken(`it has ${segments} run-length segments; expected ${expected}`);
  const decoded = new Uint8Array(pixels * expected);
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? header.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < 64 || start > end || end > bytes.length) throw broken('its run-length segments overlap');
    const component = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    const target = component * pixels * bytesPerSample + byte;
    unpack(bytes.subarray(start, end), decoded, target, bytesPerSample, pixels);
  }
  return decoded;
}

/** Unpacks `count` bytes to `target`, `target + stride`, …; a segment may end in a byte of padding. */
function unpack(packed: Uint8Array, into: Uint8Array, target: number, stride: number, count: number): void {
  let at = 0;
  let done = 0;
  while (done < count) {
    if (at >= packed.length) throw broken(`a run-length segment ends after ${done} of ${count} bytes`);
    const control = packed[at++]!;
    // 0 … 127: that many and one literal bytes; 129 … 255: the next byte 257 − control times; 128: nothing.
    if (control === 128) continue;
    const isRun = control > 128;
    const length = Math.min(isRun ? 257 - control : control + 1, count - done);
    if (at + (isRun ? 1 : length) > packed.length) {
      throw broken(`a run-length segment ends after ${done} of ${count} bytes`);
    }
    for (let i = 0; i < length; i++) into[target + (done + i) * stride] = packed[isRun ? at : at + i]!;
    at += isRun ? 1 : length;
    done += length;
  }
}
