import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeAudio } from '../../../server/engine/datasets/decodeAudio.ts';
import { InputError } from '../../../server/engine/problems.ts';
import oracle from '../../oracle/audio.json' with { type: 'json' };

const folder = new URL('../../oracle/audio/', import.meta.url);
const recording = (file: string): Buffer => readFileSync(new URL(file, folder));
const text = (content: string): Buffer => Buffer.from(content, 'latin1');

/** How far a value may be from ffmpeg's; formats without loss have but one right value. */
function tolerance(file: string): number {
  return /\.(wav|flac)$|^flac/.test(file) ? 0 : 2e-5;
}

/** A recording that is damaged from a place on. */
function spoilt(file: string, from: number): Buffer {
  return recording(file).fill(0xff, from);
}

interface WavOptions {
  format?: number;
  bits?: number;
  channels?: number;
  block?: number;
  sampleRate?: number;
  claimed?: number;
}

function wav(samples: Buffer, options: WavOptions = {}): Buffer {
  const { format = 1, bits = 16, channels = 1, sampleRate = 8000 } = options;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt16LE(options.block ?? (channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(options.claimed ?? samples.length, 40);
  return Buffer.concat([header, samples]);
}

// The decoders also tell the console what they find wrong.
beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('every format', () => {
  it.each(oracle.decoded)('$file is decoded as ffmpeg does it', async (example) => {
    const { file, sampleRate, length, every, channels } = example;
    const audio = await decodeAudio(recording(file), file);
    expect(audio.sampleRate).toBe(sampleRate);
    // MP3's decoder always gives two.
    expect(audio.channels).toHaveLength(file === 'mono.mp3' ? 2 : channels.length);
    for (const values of audio.channels) expect(values).toHaveLength(length);
    channels.forEach((base64, channel) => {
      const expected = new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
      const differences = expected.map((value, i) => Math.abs(value - audio.channels[channel]![i * every]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance(file));
    });
  });

  it.each(oracle.decoded)('of $file the start is the start of all of it', async ({ file, sampleRate }) => {
    const whole = await decodeAudio(recording(file), file);
    const start = await decodeAudio(recording(file), file, { seconds: 0.0101 });
    const length = Math.ceil(0.0101 * sampleRate);
    expect(start.channels).toEqual(whole.channels.map((values) => values.subarray(0, length)));
  });

  it('of a recording that is shorter than what is needed all is decoded', async () => {
    const { channels } = await decodeAudio(recording('stereo.flac'), 'stereo.flac', { seconds: 10 });
    expect(channels.map(({ length }) => length)).toEqual([1000, 1000]);
  });

  it('what comes after the part that is needed is not looked at', async () => {
    const mp3 = recording('stereo.mp3');
    const long = Buffer.concat(Array<Buffer>(20).fill(mp3));
    const damaged = Buffer.from(long).fill(0x41, 3 * mp3.length);
    const [a, b] = await Promise.all(
      [long, damaged].map((bytes) => decodeAudio(bytes, 'x', { seconds: 0.2 })),
    );
    expect(a).toEqual(b);
  });

  it('is recognised behind an ID3 tag', async () => {
    const tag = Buffer.concat([text('ID3\x04\0\0\0\0\x01\0'), Buffer.alloc(128)]);
    for (const file of ['stereo.mp3', 'stereo.flac']) {
      const tagged = await decodeAudio(Buffer.concat([tag, recording(file)]), file);
      expect(tagged).toEqual(await decodeAudio(recording(file), file));
    }
  });
});

describe('WAV', () => {
  const samples = Buffer.from(Int16Array.of(0, 16_384, -32_768, 32_767).buffer);
  const values = Float32Array.of(0, 0.5, -1, 32_767 / 32_768);

  it('has values in [−1, 1]', async () => {
    expect(await decodeAudio(wav(samples), 'x')).toEqual({ sampleRate: 8000, channels: [values] });
  });

  it('may have other chunks before its samples, and an extensible format', async () => {
    const plain = wav(samples);
    const list = Buffer.concat([text('LIST\x03\0\0\0'), Buffer.alloc(4)]);
    const extended = Buffer.concat([
      plain.subarray(0, 12),
      list,
      text('fmt \x28\0\0\0\xfe\xff'),
      plain.subarray(22, 36),
      text('\x16\0\x10\0\0\0\0\0\x01\0'),
      Buffer.alloc(14),
      plain.subarray(36),
    ]);
    expect((await decodeAudio(extended, 'x')).channels).toEqual([values]);
  });

  it.each([0xffffffff, 0x7fffffff, 0])(
    'whose program did not know its length (%i) goes on to the end',
    async (claimed) => {
      expect((await decodeAudio(wav(samples, { claimed }), 'x')).channels).toEqual([values]);
    },
  );

  it('of more than 4 GiB (RF64) is read', async () => {
    const bytes = wav(samples, { claimed: 0xffffffff });
    bytes.write('RF64', 0);
    expect((await decodeAudio(bytes, 'x')).channels).toEqual([values]);
  });

  it('gives back what was written, for any values and channels', async () => {
    const value = fc.integer({ min: -32_768, max: 32_767 });
    const recordings = fc
      .integer({ min: 1, max: 4 })
      .chain((channels) =>
        fc.array(fc.array(value, { minLength: channels, maxLength: channels }), { minLength: 1 }),
      );
    await fc.assert(
      fc.asyncProperty(recordings, async (rows) => {
        const channels = rows[0]!.length;
        const bytes = wav(Buffer.from(Int16Array.from(rows.flat()).buffer), { channels });
        const decoded = await decodeAudio(bytes, 'x');
        expect(decoded.channels).toEqual(
          Array.from({ length: channels }, (_, c) => Float32Array.from(rows, (row) => row[c]! / 32_768)),
        );
      }),
    );
  });

  const broken: [string, Buffer, RegExp][] = [
    [
      'samples that are cut off',
      wav(samples, { claimed: 80 }),
      /claims 80 bytes of samples, but only 8 follow/,
    ],
    ['no sample', wav(Buffer.alloc(0)), /no samples/],
    ['no chunk of samples', wav(samples).subarray(0, 36), /no samples \(no chunk named data\)/],
    [
      'no format',
      Buffer.concat([wav(samples).subarray(0, 12), wav(samples).subarray(36)]),
      /before their format/,
    ],
    ['a format that is cut off', wav(samples).subarray(0, 30), /its format has 10 bytes/],
    ['an encoding that is not read', wav(samples, { format: 0x11, bits: 4 }), /format 17 with 4 bits/],
    ['a depth that no format has', wav(samples, { bits: 12, block: 2 }), /format 1 with 12 bits/],
    ['a block of another size', wav(samples, { block: 4 }), /4 bytes for a sample.*expected 2/],
    ['no channels', wav(samples, { channels: 0 }), /0 channels/],
    ['an impossible rate', wav(samples, { sampleRate: 0xfffffff0 }), /4294967280 samples a second/],
    [
      'a value that is none',
      wav(Buffer.from(Float32Array.of(0, NaN).buffer), { format: 3, bits: 32 }),
      /sample 2 is NaN/,
    ],
  ];
  it.each(broken)('with %s is named as undecodable', async (_, bytes, message) => {
    await expect(decodeAudio(bytes, 'dog.wav')).rejects.toMatchObject({
      code: 'audio-undecodable',
      message: expect.stringMatching(new RegExp(`dog\\.wav.*${message.source}`)) as string,
    });
  });
});

describe('what cannot be decoded', () => {
  const unread: [string, Buffer, RegExp][] = [
    ['MP4', recording('tone.m4a'), /MP4 or M4A/],
    ['AIFF', text('FORM\0\0\0\0AIFF'), /AIFF/],
    ['AAC', text('\xff\xf1\x50\x80'), /AAC/],
    ['Ogg with another codec', text(`OggS${'\0'.repeat(22)}\x01\x50Speex   `), /Ogg with a codec other than/],
    ['text', text('not sound at all'), /no known format \(it begins with the bytes 6e6f7420736f756e\)/],
  ];
  it.each(unread)('%s is named for what it seems to be', async (_, bytes, message) => {
    await expect(decodeAudio(bytes, 'dog.wav')).rejects.toMatchObject({
      code: 'audio-format',
      message: expect.stringMatching(
        new RegExp(`dog\\.wav.*${message.source}.*expected WAV, FLAC, MP3, Ogg Vorbis or Ogg Opus`),
      ) as string,
    });
  });

  const damaged: [string, Buffer][] = [
    ['no bytes', Buffer.alloc(0)],
    ['FLAC that is cut off', recording('stereo.flac').subarray(0, -100)],
    ['FLAC with a frame that is damaged', spoilt('stereo.flac', 9000)],
    ['FLAC without frames', recording('stereo.flac').subarray(0, 200)],
    ['MP3 without frames', recording('stereo.mp3').subarray(0, 100)],
    ['Vorbis without its setup', recording('stereo.ogg').subarray(0, 100)],
    ['Opus whose packets are damaged', spoilt('stereo.opus', 200)],
  ];
  it.each(damaged)('%s is named as undecodable', async (_, bytes) => {
    await expect(decodeAudio(bytes, 'dog.flac')).rejects.toMatchObject({
      code: 'audio-undecodable',
      message: expect.stringContaining('dog.flac') as string,
    });
  });

  it('any damage ends in sound or in an InputError', async () => {
    const files = oracle.decoded.map(({ file }) => file);
    const bytes = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        bytes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (file, changes, kept) => {
          const damagedBytes = recording(file);
          for (const [place, byte] of changes) damagedBytes[Math.floor(place * damagedBytes.length)] = byte;
          try {
            const { channels } = await decodeAudio(
              damagedBytes.subarray(0, Math.ceil(kept * damagedBytes.length)),
              file,
            );
            expect(channels.every((values) => values.every(Number.isFinite))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('recordings that would not fit into memory', () => {
  const refused = { code: 'audio-too-long', message: expect.stringContaining('dog') as string };

  it('are refused for what a header claims, before memory is reserved', async () => {
    const flac = recording('stereo.flac').fill(0xff, 22, 26);
    await expect(decodeAudio(flac, 'dog.flac')).rejects.toMatchObject(refused);
    const samples = wav(Buffer.alloc(2000), { channels: 2, sampleRate: 1000 });
    const valueLimit = 999;
    await expect(decodeAudio(samples, 'dog.wav', { valueLimit })).rejects.toMatchObject(refused);
    const { channels } = await decodeAudio(samples, 'dog.wav', { valueLimit, seconds: 0.499 });
    expect(channels[0]).toHaveLength(499);
  });

  it.each(['stereo.mp3', 'stereo.ogg', 'stereo.opus'])(
    'are refused when decoding %s gives more than there may be',
    async (file) => {
      const { sampleRate, channels } = await decodeAudio(recording(file), file);
      const valueLimit = channels[0]!.length;
      await expect(decodeAudio(recording(file), 'dog', { valueLimit })).rejects.toMatchObject(refused);
      const seconds = valueLimit / 2 / sampleRate;
      const start = await decodeAudio(recording(file), 'dog', { valueLimit, seconds });
      expect(start.channels[0]).toHaveLength(valueLimit / 2);
    },
  );
});
