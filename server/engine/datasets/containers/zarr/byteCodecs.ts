import { gunzipSync, inflateSync } from 'node:zlib';
import { decompressLz4Block } from '../lz4Block.ts';
import { decompressZstd } from '../zstd.ts';
import { crc32c } from './crc32c.ts';
import type { ByteCodec } from './zarrMetadata.ts';

const SUM_BYTES = 4;
/** Of Blosc 1: version, flags, lengths. */
const BLOSC_HEADER = 16;

/**
 * Undoes what codecs did to bytes.
 *
 * @param codecs in the order of writing, one of them a compressor at most.
 * @param length bytes that come out.
 * @returns exactly these; null when a codec fails, or gives another length.
 */
export async function decodeBytes(
  codecs: readonly ByteCodec[],
  stored: Uint8Array,
  length: number,
): Promise<Uint8Array | null> {
  let bytes: Uint8Array | null = stored;
  for (const [index, codec] of [...codecs.entries()].toReversed()) {
    const sums = codecs.slice(0, index).filter((before) => before === 'crc32c').length;
    bytes = await decodeOne(codec, bytes, length + SUM_BYTES * sums);
    if (bytes === null) return null;
  }
  return bytes.length === length ? bytes : null;
}

async function decodeOne(codec: ByteCodec, bytes: Uint8Array, length: number): Promise<Uint8Array | null> {
  switch (codec) {
    case 'crc32c':
      return withoutSum(bytes);
    case 'gzip':
    case 'zlib':
      try {
        return (codec === 'gzip' ? gunzipSync : inflateSync)(bytes, { maxOutputLength: Math.max(1, length) });
      } catch {
        return null;
      }
    case 'zstd':
      return await decompressZstd(bytes, length);
    case 'lz4':
      return decompressLz4(bytes, length);
    case 'blosc':
      return await decompressBlosc(bytes, length);
  }
}

/** Bytes before their checksum; null when it is not theirs. */
export function withoutSum(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length < SUM_BYTES) return null;
  const content = bytes.subarray(0, bytes.length - SUM_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(content.length, true) === crc32c(content) ? content : null;
}

/** As numcodecs writes it: the length, and one block. */
function decompressLz4(bytes: Uint8Array, length: number): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== length) return null;
  const output = new Uint8Array(length);
  return decompressLz4Block(bytes.subarray(4), output, 0, 0) === length ? output : null;
}

async function decompressBlosc(bytes: Uint8Array, length: number): Promise<Uint8Array | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The library reserves what the header claims.
  const isWhole =
    bytes.length >= BLOSC_HEADER &&
    view.getUint32(4, true) === length &&
    view.getUint32(12, true) === bytes.length;
  if (!isWhole) return null;
  const { default: Blosc } = await import('numcodecs/blosc');
  try {
    return await Blosc.fromConfig({ id: 'blosc' }).decode(bytes);
  } catch {
    return null;
  }
}
