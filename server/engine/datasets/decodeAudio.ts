import { InputError } from '../problems.ts';
import { streamDecoders, type AudioPiece, type StreamDecoder } from './audioDecoders.ts';
import { flacSamples, recogniseAudio, type AudioFormat } from './audioFormat.ts';
import {
  expectValues,
  samplesToDecode,
  undecodableAudio,
  type AudioExtent,
  type DecodedAudio,
} from './decodedAudio.ts';
import { decodeWav } from './wavAudio.ts';

/** Bytes that a decoder gets at a time: so few that what it makes of them fits into memory, even of silence. */
const chunkBytes = 2 ** 12;

/** 1 GiB: 46 minutes of stereo at 48 kHz, 4.6 hours of mono at 16 kHz. */
const usualValueLimit = 2 ** 28;

const decoderOf = {
  flac: streamDecoders.flac,
  'ogg-flac': streamDecoders.flac,
  'ogg-vorbis': streamDecoders.vorbis,
  'ogg-opus': streamDecoders.opus,
  mp3: streamDecoders.mp3,
} satisfies Record<Exclude<AudioFormat, 'wav'>, () => Promise<StreamDecoder>>;

/**
 * Decodes a recording: WAV (PCM of 8 to 32 bits, floats), FLAC (also in Ogg), MP3, Ogg Vorbis and Ogg Opus. The bytes
 * say which, not the name. MP3 always has two channels, which are equal where the recording has one. Opus always comes
 * at 48 kHz. What MP3 and Opus encoders put before and after the sound is cut off where the file says how much it is.
 *
 * @param name How messages call the recording.
 * @param extent `seconds`: how much is needed, from the start on; what comes later is not decoded. `valueLimit`: how
 *   many values there may be over all channels, by default 2²⁸.
 * @throws InputError `audio-format` when the bytes are of no format that is read here; `audio-undecodable` when they
 *   are damaged, hold no sample, or one that is not finite; `audio-too-long` when what is needed has more
 *   values than it may.
 */
export async function decodeAudio(
  bytes: Uint8Array,
  name: string,
  { seconds = Infinity, valueLimit = usualValueLimit }: Partial<AudioExtent> = {},
): Promise<DecodedAudio> {
  const extent = { seconds, valueLimit };
  if (bytes.length === 0) throw undecodableAudio(name, 'it is empty (0 bytes)');
  const recognised = recogniseAudio(bytes);
  if (recognised.format === null) {
    throw new InputError(
      'audio-format',
      `The audio ${name} seems to be ${recognised.seems}, expected WAV, FLAC, MP3, Ogg Vorbis or Ogg Opus`,
    );
  }
  const { format } = recognised;
  const audio =
    format === 'wav'
      ? decodeWav(bytes, name, extent)
      : await decodeStream(bytes, name, extent, {
          open: decoderOf[format],
          claimed: format === 'flac' ? flacSamples(bytes) : null,
        });
  checkValues(audio, name);
  return audio;
}

async function decodeStream(
  bytes: Uint8Array,
  name: string,
  extent: AudioExtent,
  stream: {
    readonly open: () => Promise<StreamDecoder>;
    /** Samples of each channel that the header claims; null where it says nothing. */
    readonly claimed: number | null;
  },
): Promise<DecodedAudio> {
  const decoder = await stream.open();
  try {
    const pieces: AudioPiece[] = [];
    let decoded = 0;
    let wanted = Infinity;
    const add = ({ channels, sampleRate, problems }: AudioPiece): void => {
      if (problems.length > 0) throw undecodableAudio(name, problems[0]!);
      const length = channels[0]?.length ?? 0;
      if (length === 0) return;
      const first = pieces[0];
      if (first === undefined) {
        const layout = { sampleRate, channels: channels.length };
        wanted = samplesToDecode(name, layout, extent, stream.claimed ?? Infinity);
      } else if (sampleRate !== first.sampleRate || channels.length !== first.channels.length) {
        throw undecodableAudio(name, 'its sample rate or number of channels changes on the way');
      }
      pieces.push({ channels, sampleRate, problems });
      decoded += length;
      expectValues(name, Math.min(decoded, wanted) * channels.length, extent.valueLimit);
    };
    for (let at = 0; at < bytes.length && decoded < wanted; at += chunkBytes) {
      add(await decoder.push(bytes.subarray(at, at + chunkBytes)));
    }
    if (decoded < wanted) add(await decoder.end());
    // Frames that are cut off or damaged are left out by the decoder of FLAC, without a word.
    if (stream.claimed !== null && decoded < wanted) {
      throw undecodableAudio(
        name,
        `it claims ${stream.claimed} samples, but only ${decoded} could be decoded`,
      );
    }
    return join(pieces, Math.min(decoded, wanted), name);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw undecodableAudio(name, error instanceof Error ? error.message : String(error));
  } finally {
    decoder.close();
  }
}

function join(pieces: readonly AudioPiece[], length: number, name: string): DecodedAudio {
  const [first] = pieces;
  if (first === undefined) throw undecodableAudio(name, 'nothing in it could be decoded');
  const channels = first.channels.map((_, channel) => {
    const values = new Float32Array(length);
    let at = 0;
    for (const piece of pieces) {
      const part = piece.channels[channel]!.subarray(0, length - at);
      values.set(part, at);
      at += part.length;
    }
    return values;
  });
  return { sampleRate: first.sampleRate, channels };
}

function checkValues({ channels }: DecodedAudio, name: string): void {
  if (channels[0]!.length === 0) throw undecodableAudio(name, 'it has no samples');
  for (const values of channels) {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue;
      throw undecodableAudio(name, `sample ${i + 1} is ${values[i]!}, expected a finite value`);
    }
  }
}
