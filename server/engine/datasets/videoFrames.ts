import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VideoInput } from './dataset.ts';
import { runFfmpeg } from './ffmpegProcess.ts';
import { inputArguments, probeVideo, undecodable } from './videoProbe.ts';

export interface FrameSampling {
  /** How many frames to take, at least 1. */
  readonly frames: number;
  /** The width to scale frames to, in pixels, the height in proportion; without it they keep their size. */
  readonly width?: number;
}

export interface SampledVideo {
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bit, row-major, interleaved: `3 × width × height` bytes each. */
  readonly frames: readonly Uint8Array[];
  /** Of the whole video, in seconds. */
  readonly duration: number;
}

type Pictures = Pick<SampledVideo, 'width' | 'height' | 'frames'>;

const limits = { milliseconds: 600_000, outputBytes: 2 ** 30 };

/**
 * From this many frames between two samples on, seeking to each sample is faster than decoding all between: starting
 * ffmpeg and decoding half a group of pictures takes as long as about 300 frames in passing. Sampling 8 of 250 frames
 * (340 × 256) took 0.14 s in one pass and 1.6 s by seeking; 8 of 9,000 (1280 × 720) took 5.6 s and 2.1 s.
 */
const seekingDistance = 300;

/**
 * Frames of a video at uniform times: those on display at `(i + 0.5) / frames` of its duration, `i` from 0. A video
 * of fewer frames gives some more than once. Frames are turned as the file's rotation says, converted to RGB by
 * ffmpeg, and scaled bicubically where `width` asks for it. Pixels count as square.
 *
 * The programs ffmpeg and ffprobe decode; they read the one file and nothing it may refer to. A video that is not a
 * file lies in a private temporary folder meanwhile.
 *
 * @param name How messages call the video.
 * @throws InputError `ffmpeg-missing` when ffmpeg is not installed; `video-undecodable` when the file is no video,
 *   broken, without a picture track (audio only), without a known duration, or when decoding takes more than 10
 *   minutes or gives more than 1 GiB; `video-too-large` when its pictures have more pixels than 8K (7680 × 4320).
 *   The signal's reason when it aborts.
 */
export async function videoFrames(
  video: VideoInput,
  name: string,
  sampling: FrameSampling,
  signal: AbortSignal,
): Promise<SampledVideo> {
  if (video.kind === 'file') return await sampleFile(video.path, name, sampling, signal);
  const folder = await mkdtemp(join(tmpdir(), 'modality-gap-'));
  try {
    const path = join(folder, 'video');
    await writeFile(path, video.bytes, { mode: 0o600 });
    return await sampleFile(path, name, sampling, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sampleFile(
  path: string,
  name: string,
  { frames: count, width }: FrameSampling,
  signal: AbortSignal,
): Promise<SampledVideo> {
  const { duration, frameRate, seekable } = await probeVideo(path, name, signal);
  const interval = duration / count;
  const decode = async (seek: readonly string[], filters: string, most: number): Promise<Pictures> => {
    // Swscale's faster ways round differently from one processor to another.
    const scale = `scale=${width === undefined ? '' : `w=${width}:h=-1:`}flags=bicubic+accurate_rnd+full_chroma_int+bitexact`;
    const args = ['-nostdin', '-v', 'error', ...seek, ...inputArguments(path), '-map', '0:V:0'];
    args.push('-vf', `${filters},${scale}`, '-frames:v', `${most}`);
    args.push('-pix_fmt', 'rgb24', '-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1');
    const result = await runFfmpeg('ffmpeg', args, { signal, ...limits });
    if (!result.ok) throw undecodable(name, result.reason);
    return readPpm(result.output);
  };

  // `fps` puts out at each tick the last frame that began at or before it, also where frames come at varying times;
  // `tpad` lets the last one stand where the sound goes on. Seeking leads to the key frame before the time asked
  // for, which becomes 0: at the first tick is what is sought.
  const atTicks = (rate: number): string => `tpad=stop=-1:stop_mode=clone,fps=${rate}:round=up:start_time=0`;
  const seekTo = (time: number): Promise<Pictures> =>
    decode(['-noaccurate_seek', '-ss', time.toFixed(6)], atTicks(1000), 1);
  const inOnePass = (): Promise<Pictures> =>
    decode([], `setpts=PTS-${interval / 2}/TB,${atTicks(1 / interval)}`, count);

  let pictures: Pictures | undefined;
  if (seekable && interval * frameRate >= seekingDistance) {
    pictures = await inTurn(count, (i) => seekTo((i + 0.5) * interval));
  }
  pictures ??= await inOnePass();
  const found = pictures.frames.length;
  if (found < count) throw undecodable(name, `it gave ${found} of the ${count} pictures asked for`);
  return { ...pictures, duration };
}

/** The pictures of `count` calls; nothing when a call gives none, or one of another size. */
async function inTurn(count: number, at: (i: number) => Promise<Pictures>): Promise<Pictures | undefined> {
  const frames: Uint8Array[] = [];
  const { width, height, frames: first } = await at(0);
  frames.push(...first);
  for (let i = 1; i < count && frames.length === i; i++) {
    const next = await at(i);
    if (next.width === width && next.height === height) frames.push(...next.frames);
  }
  return frames.length === count ? { width, height, frames } : undefined;
}

/**
 * Binary PPM pictures one after the other, which say how large they are (a rotation swaps the sides):
 * `P6\n<width> <height>\n255\n` and the pixels.
 */
function readPpm(bytes: Uint8Array): Pictures {
  const frames: Uint8Array[] = [];
  let width = 0;
  let height = 0;
  for (let at = 0; at < bytes.length;) {
    const header = /^P6\n(\d+) (\d+)\n255\n/.exec(
      Buffer.from(bytes.subarray(at, at + 32)).toString('latin1'),
    );
    if (header === null) throw new Error('ffmpeg wrote something else than PPM pictures');
    width = Number(header[1]);
    height = Number(header[2]);
    const start = at + header[0].length;
    at = start + 3 * width * height;
    frames.push(bytes.subarray(start, at));
  }
  return { width, height, frames };
}
