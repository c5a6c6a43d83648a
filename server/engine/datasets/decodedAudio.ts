import { InputError } from '../problems.ts';

/** Sound as it was recorded: one array a channel, all of one length, values of full scale in [−1, 1]. */
export interface DecodedAudio {
  /** Samples of a channel a second, in hertz. */
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

/** How much of a recording to decode. */
export interface AudioExtent {
  /** What is needed, from the start on; Infinity for all. */
  readonly seconds: number;
  /** How many values there may be, over all channels. */
  readonly valueLimit: number;
}

const highestSampleRate = 768_000;
const mostChannels = 255;

/** An InputError `audio-undecodable`: a recording is of a format that is read here, and broken. */
export function undecodableAudio(name: string, message: string): InputError {
  return new InputError('audio-undecodable', `The audio ${name} cannot be decoded: ${message}`);
}

/**
 * How many samples of each channel to decode: what is needed, rounded up, or what there is.
 *
 * @param available Samples of each channel that there are; Infinity where only decoding tells.
 * @throws InputError `audio-undecodable` when a header claims a rate or a number of channels that no recording has;
 *   `audio-too-long` when the result is known to have more values than it may.
 */
export function samplesToDecode(
  name: string,
  { sampleRate, channels }: { readonly sampleRate: number; readonly channels: number },
  { seconds, valueLimit }: AudioExtent,
  available: number,
): number {
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > highestSampleRate) {
    throw undecodableAudio(
      name,
      `it claims ${sampleRate} samples a second, expected 1 to ${highestSampleRate}`,
    );
  }
  if (channels < 1 || channels > mostChannels) {
    throw undecodableAudio(name, `it claims ${channels} channels, expected 1 to ${mostChannels}`);
  }
  const samples = Math.min(available, Math.ceil(seconds * sampleRate));
  if (Number.isFinite(available)) expectValues(name, samples * channels, valueLimit);
  return samples;
}

/** @throws InputError `audio-too-long` when a recording has more values than it may. */
export function expectValues(name: string, values: number, valueLimit: number): void {
  if (values <= valueLimit) return;
  throw new InputError(
    'audio-too-long',
    `The audio ${name} has more than ${valueLimit} values over all channels, which is more than is held in memory`,
  );
}
