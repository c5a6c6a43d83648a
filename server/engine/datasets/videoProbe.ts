import { InputError } from '../problems.ts';
import { runFfmpeg } from './ffmpegProcess.ts';

/** What decoding has to know about a video's first picture track; the cover picture of a song is none. */
export interface VideoFacts {
  /** In seconds, above 0. */
  readonly duration: number;
  /** Mean frames a second, above 0. */
  readonly frameRate: number;
  /** Whether seeking leads to the picture asked for: other containers have no index, and lead to a later one. */
  readonly seekable: boolean;
}

/** 8K, 7680 × 4320. */
const pixelLimit = 33_177_600;
const limits = { milliseconds: 120_000, outputBytes: 2 ** 28 };

/** The demuxers that may open a file. Others are kept out: playlists, which refer to files, and guesses at raw data. */
const formats = [
  'mov,mp4,m4a,3gp,3g2,mj2',
  'matroska,webm',
  ...['avi', 'mpegts', 'mpeg', 'flv', 'ogg', 'asf', 'gif', 'mxf', 'ivf', 'mp3', 'wav', 'flac', 'aac'],
].join(',');

const seekableFormats = ['mov', 'matroska'];

/** Arguments of ffmpeg and ffprobe that open a file, whatever its name looks like, and nothing that it refers to. */
export function inputArguments(path: string): string[] {
  const only = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', formats];
  return [...only, '-max_pixels', `${pixelLimit}`, '-i', `file:${path}`];
}

/**
 * Asks ffprobe about a file.
 *
 * @param name How messages call the video.
 * @throws InputError `video-undecodable` when the file is no video, has no picture track or no duration,
 *   `video-too-large` when its pictures have more pixels than 8K, `ffmpeg-missing`. The signal's reason.
 */
export async function probeVideo(path: string, name: string, signal: AbortSignal): Promise<VideoFacts> {
  const entries = 'stream=width,height,duration,avg_frame_rate:format=duration,format_name';
  const { streams, format } = JSON.parse(await probe(path, name, signal, entries, 'json')) as Probed;
  const [track] = streams;
  if (track?.width === undefined || track.height === undefined) {
    throw undecodable(name, 'it has no picture track; expected a video, not only sound');
  }
  if (track.width * track.height > pixelLimit) {
    throw new InputError(
      'video-too-large',
      `The video ${name} has pictures of ${track.width} × ${track.height}; at most ${pixelLimit} pixels (8K) are read`,
    );
  }
  const stated = Number(track.duration ?? format.duration);
  const duration = stated > 0 ? stated : await lastTime(path, name, signal);
  if (!(duration > 0)) throw undecodable(name, 'its duration is not known');
  return {
    duration,
    frameRate: frameRate(track.avg_frame_rate),
    seekable: seekableFormats.some((known) => format.format_name.split(',').includes(known)),
  };
}

/** The error of a video that cannot be decoded. */
export function undecodable(name: string, reason: string): InputError {
  return new InputError('video-undecodable', `The video ${name} cannot be decoded: ${reason}`);
}

/** The parts of ffprobe's answer that are asked for. */
interface Probed {
  readonly streams: readonly {
    readonly width?: number;
    readonly height?: number;
    readonly duration?: string;
    readonly avg_frame_rate: string;
  }[];
  readonly format: { readonly duration?: string; readonly format_name: string };
}

async function probe(
  path: string,
  name: string,
  signal: AbortSignal,
  entries: string,
  form: string,
): Promise<string> {
  const what = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', entries, '-of', form];
  const result = await runFfmpeg('ffprobe', [...what, ...inputArguments(path)], { signal, ...limits });
  if (result.ok) return new TextDecoder().decode(result.output);
  throw undecodable(
    name,
    result.reason.includes('whitelist') ? `it is none of the known formats (${formats})` : result.reason,
  );
}

/** Where the file states no duration, as recordings of a browser do: the time at which the last picture ends. */
async function lastTime(path: string, name: string, signal: AbortSignal): Promise<number> {
  const table = await probe(path, name, signal, 'packet=pts_time,duration_time', 'csv=print_section=0');
  let first = Infinity;
  let last = -Infinity;
  for (const line of table.split('\n')) {
    const [start, duration] = line.split(',').map(Number.parseFloat);
    if (start === undefined || Number.isNaN(start)) continue;
    first = Math.min(first, start);
    last = Math.max(last, start + (Number.isFinite(duration) ? duration! : 0));
  }
  return last - first;
}

/** `25/1` as a number; 30 where the file does not say. */
function frameRate(ratio: string): number {
  const [numerator, denominator] = ratio.split('/').map(Number);
  const rate = numerator! / denominator!;
  return rate > 0 && Number.isFinite(rate) ? rate : 30;
}
