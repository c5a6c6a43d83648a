/** A format whose decoder is here. */
export type AudioFormat = 'wav' | 'flac' | 'mp3' | 'ogg-vorbis' | 'ogg-opus' | 'ogg-flac';

/** What the first bytes of a file say: a format that is read, or what else it seems to be. */
export type RecognisedAudio =
  { readonly format: AudioFormat } | { readonly format: null; readonly seems: string };

/** Formats that are met in folders of sound and have no decoder here: the place and text of their marks. */
const others: readonly (readonly [offset: number, mark: string, seems: string])[] = [
  [4, 'ftyp', 'MP4 or M4A'],
  [0, 'FORM', 'AIFF'],
  [0, 'caff', 'CAF'],
  [0, '\x1aE\xdf\xa3', 'WebM or Matroska'],
  [0, 'wvPk', 'WavPack'],
  [0, '#!AMR', 'AMR'],
  [0, '.snd', 'Sun audio'],
  [0, '\x30\x26\xb2\x75', 'Windows Media'],
  [0, 'MThd', 'MIDI'],
  [0, 'RIFX', 'big-endian WAV'],
];

/**
 * Recognises a format of sound by its first bytes, behind an ID3v2 tag if there is one.
 * What is neither known nor well-formed is described by its first eight bytes.
 */
export function recogniseAudio(bytes: Uint8Array): RecognisedAudio {
  const start = tagLength(bytes);
  const text = (offset: number, length: number) =>
    Buffer.from(bytes.subarray(start + offset, start + offset + length)).toString('latin1');
  const head = text(0, 4);
  if ((head === 'RIFF' || head === 'RF64') && text(8, 4) === 'WAVE') return { format: 'wav' };
  if (head === 'fLaC') return { format: 'flac' };
  if (head === 'OggS') return recogniseOgg(text(0, 128));
  for (const [offset, mark, seems] of others) {
    if (text(offset, mark.length) === mark) return { format: null, seems };
  }
  const [sync, version] = [bytes[start] ?? 0, bytes[start + 1] ?? 0];
  if (sync === 0xff && (version & 0xf6) === 0xf0) return { format: null, seems: 'AAC' };
  // Eleven bits of synchronisation, then a version and a layer that are not the reserved ones.
  if (sync === 0xff && version >= 0xe0 && (version & 0x18) !== 0x08 && (version & 0x06) !== 0) {
    return { format: 'mp3' };
  }
  if (start > 0) return { format: 'mp3' };
  const hex = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  return { format: null, seems: `no known format (it begins with the bytes ${hex})` };
}

/** The first packet of an Ogg stream, behind the page's header of 27 bytes and its table of segments, names the codec. */
function recogniseOgg(page: string): RecognisedAudio {
  const packet = page.slice(27 + (page.charCodeAt(26) || 0));
  if (packet.startsWith('\x01vorbis')) return { format: 'ogg-vorbis' };
  if (packet.startsWith('OpusHead')) return { format: 'ogg-opus' };
  if (packet.startsWith('\x7fFLAC')) return { format: 'ogg-flac' };
  return { format: null, seems: 'Ogg with a codec other than Vorbis, Opus and FLAC' };
}

/** Length of the ID3v2 tag at the start, whose size is in four bytes of seven bits; 0 without one. */
function tagLength(bytes: Uint8Array): number {
  const header = bytes.subarray(0, 10);
  if (header.length < 10 || Buffer.from(header.subarray(0, 3)).toString('latin1') !== 'ID3') return 0;
  const size = header.subarray(6).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return 10 + size;
}

/** Samples of each channel that the header of a FLAC file claims; null where it does not know. */
export function flacSamples(bytes: Uint8Array): number | null {
  const header = bytes.subarray(tagLength(bytes));
  // Behind the mark and the head of the first block: 13 bytes of sizes, rates and depths, then 36 bits.
  if (header.length < 26) return null;
  const samples = (header[21]! & 0x0f) * 2 ** 32 + Buffer.from(header.subarray(22, 26)).readUInt32BE();
  return samples === 0 ? null : samples;
}
