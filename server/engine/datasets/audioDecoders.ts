/** A piece of sound as a decoder gives it: all channels of one length. */
export interface AudioPiece {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
  /** What the decoder found wrong with its bytes. */
  readonly problems: readonly string[];
}

/** Decodes a stream piece by piece. `end` gives what was held back; after `close` it is of no use. */
export interface StreamDecoder {
  readonly push: (bytes: Uint8Array) => Promise<AudioPiece>;
  readonly end: () => Promise<AudioPiece>;
  readonly close: () => void;
}

/** What the packages give. */
interface PackageOutput {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
  readonly errors?: readonly { readonly message: string }[];
}

function toPiece({ channelData, sampleRate, errors }: PackageOutput): AudioPiece {
  return { channels: channelData, sampleRate, problems: (errors ?? []).map(({ message }) => message) };
}

/**
 * The package divides libFLAC's integers by 2^(bits − 1) − 1. Their own values, over 2^(bits − 1) as everywhere else,
 * make a recording the same as FLAC and as WAV, up to 24 bits to the last one.
 */
function toFlacPiece(output: PackageOutput & { readonly bitDepth: number }): AudioPiece {
  const fullScale = 2 ** (output.bitDepth - 1);
  const piece = toPiece(output);
  const rescaled = piece.channels.map((values) =>
    values.map((value) => Math.round(value * (fullScale - 1)) / fullScale),
  );
  return { ...piece, channels: rescaled };
}

/**
 * A new decoder of each compressed format: libFLAC, libvorbis, libopus and mpg123, compiled to WebAssembly. They are
 * loaded when the first recording of a format is met.
 */
export const streamDecoders: Readonly<
  Record<'flac' | 'vorbis' | 'opus' | 'mp3', () => Promise<StreamDecoder>>
> = {
  flac: async () => {
    const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
    return await openFlushing(new FLACDecoder(), toFlacPiece);
  },
  vorbis: async () => {
    const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
    return await openFlushing(new OggVorbisDecoder(), toPiece);
  },
  opus: async () => {
    const { decoder } = await import('@audio/decode-opus');
    const opus = await decoder();
    return {
      push: (bytes) => Promise.resolve(toPiece(opus.decode(bytes))),
      end: () => Promise.resolve(toPiece(opus.flush())),
      close: () => {
        opus.free();
      },
    };
  },
  mp3: async () => {
    const { MPEGDecoder } = await import('mpg123-decoder');
    const mpeg = new MPEGDecoder();
    await mpeg.ready;
    return {
      push: (bytes) => Promise.resolve(toPiece(mpeg.decode(bytes))),
      // It holds nothing back.
      end: () => Promise.resolve({ channels: [], sampleRate: 0, problems: [] }),
      close: () => {
        mpeg.free();
      },
    };
  },
};

async function openFlushing<Output>(
  decoder: {
    readonly ready: Promise<void>;
    readonly decode: (bytes: Uint8Array) => Promise<Output>;
    readonly flush: () => Promise<Output>;
    readonly free: () => void;
  },
  convert: (output: Output) => AudioPiece,
): Promise<StreamDecoder> {
  await decoder.ready;
  return {
    push: async (bytes) => convert(await decoder.decode(bytes)),
    end: async () => convert(await decoder.flush()),
    close: () => {
      decoder.free();
    },
  };
}
