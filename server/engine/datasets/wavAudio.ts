import { samplesToDecode, undecodableAudio, type AudioExtent, type DecodedAudio } from './decodedAudio.ts';

/** What a `fmt ` chunk says of the samples. */
interface SampleFormat {
  readonly encoding: 'integer' | 'float';
  readonly bits: number;
  readonly channels: number;
  readonly sampleRate: number;
}

/** Lengths that programs write which do not know them yet: until the end of the file. */
const unknownLengths: readonly number[] = [0xffffffff, 0x7fffffff, 0];

/**
 * Decodes the start of a RIFF or RF64 WAVE file: PCM of 8 bits (unsigned), 16, 24 and 32 bits, and floats of 32 and 64
 * bits, also where `WAVE_FORMAT_EXTENSIBLE` says so. Integers are divided by 2^(bits − 1).
 *
 * @throws InputError `audio-undecodable` when the file is damaged or has another encoding; `audio-too-long` as
 *   `samplesToDecode`.
 */
export function decodeWav(bytes: Uint8Array, name: string, extent: AudioExtent): DecodedAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: SampleFormat | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
    const claimed = view.getUint32(at + 4, true);
    const found = bytes.length - at - 8;
    if (id === 'data') {
      if (format === null) throw undecodableAudio(name, 'its samples come before their format');
      const length = unknownLengths.includes(claimed) ? found : claimed;
      if (length > found) {
        throw undecodableAudio(name, `it claims ${length} bytes of samples, but only ${found} follow`);
      }
      return decodeSamples(new DataView(view.buffer, view.byteOffset + at + 8, length), format, name, extent);
    }
    if (id === 'fmt ') {
      if (claimed < 16 || claimed > found) {
        throw undecodableAudio(name, `its format has ${Math.min(claimed, found)} bytes, expected 16 or more`);
      }
      format = readFormat(new DataView(view.buffer, view.byteOffset + at + 8, claimed), name);
    }
    // Chunks begin at even places.
    at += 8 + claimed + (claimed % 2);
  }
  throw undecodableAudio(name, 'it has no samples (no chunk named data)');
}

function readFormat(chunk: DataView, name: string): SampleFormat {
  const tag = chunk.getUint16(0, true);
  const extended = tag === 0xfffe && chunk.byteLength >= 26;
  // The first two bytes of an extensible format's identifier are the tag that it stands for.
  const code = extended ? chunk.getUint16(24, true) : tag;
  const channels = chunk.getUint16(2, true);
  const bits = chunk.getUint16(14, true);
  const encoding = code === 1 ? 'integer' : code === 3 ? 'float' : null;
  const known = encoding === 'integer' ? [8, 16, 24, 32] : [32, 64];
  if (encoding === null || !known.includes(bits)) {
    throw undecodableAudio(
      name,
      `a WAV of format ${code} with ${bits} bits, expected PCM (1) of 8, 16, 24 or 32 bits, or floats (3) of 32 or 64`,
    );
  }
  const block = chunk.getUint16(12, true);
  if (block !== (channels * bits) / 8) {
    throw undecodableAudio(
      name,
      `${block} bytes for a sample of ${channels} channels of ${bits} bits, expected ${(channels * bits) / 8}`,
    );
  }
  return { encoding, bits, channels, sampleRate: chunk.getUint32(4, true) };
}

function decodeSamples(
  data: DataView,
  format: SampleFormat,
  name: string,
  extent: AudioExtent,
): DecodedAudio {
  const { bits, channels, sampleRate } = format;
  const width = bits / 8;
  const block = width * channels;
  const count = samplesToDecode(name, format, extent, Math.floor(data.byteLength / block));
  const read = sampleReader(data, format);
  const decoded = Array.from({ length: channels }, (_, channel) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = read(i * block + channel * width);
    return values;
  });
  return { sampleRate, channels: decoded };
}

function sampleReader(data: DataView, { encoding, bits }: SampleFormat): (at: number) => number {
  if (encoding === 'float') {
    return bits === 32 ? (at) => data.getFloat32(at, true) : (at) => data.getFloat64(at, true);
  }
  switch (bits) {
    case 8:
      return (at) => (data.getUint8(at) - 128) / 2 ** 7;
    case 16:
      return (at) => data.getInt16(at, true) / 2 ** 15;
    case 24:
      return (at) => (data.getUint16(at, true) + data.getInt8(at + 2) * 2 ** 16) / 2 ** 23;
    default:
      return (at) => data.getInt32(at, true) / 2 ** 31;
  }
}
