import { execFile } from 'node:child_process';
import { access, chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VideoInput } from '../../../server/engine/datasets/dataset.ts';
import {
  type FrameSampling,
  type SampledVideo,
  videoFrames,
} from '../../../server/engine/datasets/videoFrames.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';

const folder = useTemporaryFolder();
const run = promisify(execFile);
const { signal } = new AbortController();

afterEach(() => {
  vi.unstubAllEnvs();
});

async function sample(video: VideoInput | string, sampling: FrameSampling): Promise<SampledVideo> {
  const input = typeof video === 'string' ? ({ kind: 'file', path: video } as const) : video;
  return await videoFrames(input, 'clip', sampling, signal);
}

/** A video whose frame `n` (at `rate` a second) is grey of the level `n % 200 + 20`, with the arguments given. */
async function greyVideo(name: string, frames: number, rate: number, ...args: string[]): Promise<string> {
  const path = join(folder(), name);
  const source = `color=black:size=32x16:rate=${rate}:duration=${frames / rate},geq=lum='mod(N\\,200)+20':cb=128:cr=128,format=yuv420p`;
  const quality = ['-c:v', 'mpeg4', '-q:v', '1', '-g', '50'];
  const input = ['-v', 'error', '-f', 'lavfi', '-i', source];
  await run('ffmpeg', [...input, ...args, ...quality, `file:${path}`]);
  return path;
}

/** The number, modulo 200, of the frame that {@link greyVideo} drew. */
function numberOf(frame: Uint8Array): number {
  const mean = frame.reduce((sum, level) => sum + level, 0) / frame.length;
  // Video levels 16 to 235 are 0 to 255 in RGB.
  return Math.round((mean * 219) / 255 + 16) - 20;
}

async function hasFfmpeg(): Promise<boolean> {
  for (const path of (process.env['PATH'] ?? '').split(delimiter)) {
    const isThere = await access(join(path, 'ffmpeg')).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

// Skipped where ffmpeg is not on the PATH: there is nothing else that decodes videos.
describe.skipIf(!(await hasFfmpeg()))('with ffmpeg', () => {
  it('takes the frames on display at the middles of equal parts, in one pass', async () => {
    const path = await greyVideo('clip.mp4', 40, 10);
    const { frames, width, height, duration } = await sample(path, { frames: 4 });
    expect([width, height, duration]).toEqual([32, 16, 4]);
    // At 0.5, 1.5, 2.5 and 3.5 s.
    expect(frames.map(numberOf)).toEqual([5, 15, 25, 35]);
    expect(frames.every((frame) => frame.length === 32 * 16 * 3)).toBe(true);
  });

  it('and the same by seeking, where they are far apart', async () => {
    const path = await greyVideo('long.mp4', 1200, 100);
    const { frames } = await sample(path, { frames: 3 });
    // At 2, 6 and 10 s: frames 200, 600 and 1000.
    expect(frames.map(numberOf)).toEqual([0, 0, 0]);
    const shifted = await greyVideo('shifted.mp4', 1130, 100);
    // At 1.8833, 5.65 and 9.4166 s: frames 188, 565 and 941.
    expect((await sample(shifted, { frames: 3 })).frames.map(numberOf)).toEqual([188, 165, 141]);
  });

  it('repeats frames of a short video', async () => {
    const path = await greyVideo('short.mp4', 2, 10);
    expect((await sample(path, { frames: 5 })).frames.map(numberOf)).toEqual([0, 0, 1, 1, 1]);
  });

  it('repeats the last frame where the sound goes on', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=4', '-c:a', 'pcm_s16le'];
    const path = await greyVideo('sound.mkv', 10, 10, ...sound);
    expect((await sample(path, { frames: 5 })).frames.map(numberOf)).toEqual([4, 9, 9, 9, 9]);
    expect((await sample(path, { frames: 1 })).frames.map(numberOf)).toEqual([9]);
  });

  it('goes by time where the frames come at varying times', async () => {
    // Frames 0 to 9 in the first second, then one in 10: each stands for a second.
    const path = await greyVideo(
      'varying.mkv',
      31,
      10,
      '-vf',
      `select='lt(n\\,10)+not(mod(n\\,10))'`,
      '-vsync',
      'vfr',
    );
    const { frames, duration } = await sample(path, { frames: 4 });
    expect(duration).toBeCloseTo(3.1, 3);
    // At 0.3875, 1.1625, 1.9375 and 2.7125 s.
    expect(frames.map(numberOf)).toEqual([3, 10, 10, 20]);
  });

  it('reads a GIF', async () => {
    const gif = join(folder(), 'clip.gif');
    await run('ffmpeg', ['-v', 'error', '-i', await greyVideo('clip.mp4', 40, 10), gif]);
    // Its palette has other greys.
    const [first, ...others] = (await sample(gif, { frames: 4 })).frames.map(numberOf);
    expect(others.map((number) => number - first!)).toEqual([10, 20, 30]);
  });

  it.each([
    ['mpg', 'mpeg2video'],
    ['wmv', 'wmv2'],
    ['flv', 'flv'],
    ['3gp', 'mpeg4'],
    ['mts', 'mpeg2video'],
  ])('reads .%s', async (extension, codec) => {
    const path = join(folder(), `clip.${extension}`);
    const quality = ['-c:v', codec, '-q:v', '1'];
    const made = await greyVideo('clip.mp4', 100, 25);
    // Pictures that take some bytes: MPEG's streams say the time once a packet, whatever is in it.
    const noise = ['-vf', 'scale=160:120,noise=alls=20'];
    await run('ffmpeg', ['-v', 'error', '-i', made, ...noise, ...quality, path]);
    const { frames } = await sample(path, { frames: 2 });
    // At 1 and 3 s; containers without an index may be off by a frame.
    const [first, second] = frames.map(numberOf);
    expect(Math.abs(first! - 25)).toBeLessThanOrEqual(2);
    expect(Math.abs(second! - 75)).toBeLessThanOrEqual(2);
  });

  it('scales to the width asked for', async () => {
    const { width, height, frames } = await sample(await greyVideo('clip.mp4', 5, 10), {
      frames: 1,
      width: 8,
    });
    expect([width, height, frames[0]!.length]).toEqual([8, 4, 8 * 4 * 3]);
  });

  it('turns frames as the file says', async () => {
    const path = await greyVideo('clip.mp4', 5, 10);
    const bytes = await readFile(path);
    // The track header's matrix, of 16.16 fixed point: a quarter turn.
    const matrix = bytes.indexOf('tkhd') + 44;
    for (const [i, value] of [0, 1 << 16, 0, -(1 << 16), 0, 0].entries())
      bytes.writeInt32BE(value, matrix + 4 * i);
    const { width, height } = await sample({ kind: 'bytes', bytes }, { frames: 1 });
    expect([width, height]).toEqual([16, 32]);
  });

  it('reads bytes by way of a private file that is gone afterwards', async () => {
    const bytes = await readFile(await greyVideo('clip.mp4', 40, 10));
    const temporary = join(folder(), 'tmp');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    vi.stubEnv('TEMP', temporary);
    const { frames } = await sample({ kind: 'bytes', bytes }, { frames: 2 });
    expect(frames.map(numberOf)).toEqual([10, 30]);
    await expect(sample({ kind: 'bytes', bytes: bytes.subarray(0, 100) }, { frames: 2 })).rejects.toThrow();
    expect(await readdir(temporary)).toEqual([]);
  });

  it('reads a file whose name looks like something else', async () => {
    for (const name of ['-y.mp4', 'http:x.mp4', 'a%03d.mp4', 'concat:a|b.mp4']) {
      expect((await sample(await greyVideo(name, 5, 10), { frames: 1 })).frames).toHaveLength(1);
    }
  });

  it('reads a recording that does not say how long it is', async () => {
    const live = join(folder(), 'live.mkv');
    await run('ffmpeg', [
      '-v',
      'error',
      '-i',
      await greyVideo('clip.mp4', 40, 10),
      '-c',
      'copy',
      '-live',
      '1',
      live,
    ]);
    const { frames, duration } = await sample(live, { frames: 2 });
    expect(duration).toBeCloseTo(4, 3);
    expect(frames.map(numberOf)).toEqual([10, 30]);
  });

  it('names what has no pictures', async () => {
    const song = join(folder(), 'song.m4a');
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=duration=1', song]);
    await expect(sample(song, { frames: 1 })).rejects.toMatchObject({
      code: 'video-undecodable',
      message: expect.stringMatching(/clip.*no picture track/) as string,
    });
  });

  it('names a file that is no video, and one that is missing', async () => {
    const text = join(folder(), 'text.mp4');
    await writeFile(text, 'not a video at all');
    await expect(sample(text, { frames: 1 })).rejects.toMatchObject({ code: 'video-undecodable' });
    await expect(sample(join(folder(), 'no.mp4'), { frames: 1 })).rejects.toMatchObject({
      code: 'video-undecodable',
      message: expect.stringContaining('No such file') as string,
    });
  });

  it('opens no playlist, which would lead to other files', async () => {
    await greyVideo('secret.mp4', 5, 10);
    const lists = [
      '#EXTM3U\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n',
      `ffconcat version 1.0\nfile 'secret.mp4'\n`,
    ];
    for (const list of lists) {
      const path = join(folder(), 'list.mp4');
      await writeFile(path, list);
      await expect(sample(path, { frames: 1 })).rejects.toMatchObject({ code: 'video-undecodable' });
    }
  });
});

describe('without ffmpeg', () => {
  it('says what to install', async () => {
    vi.stubEnv('PATH', ['', 'relative', folder()].join(delimiter));
    await expect(sample('/clip.mp4', { frames: 1 })).rejects.toMatchObject({
      code: 'ffmpeg-missing',
      message: expect.stringMatching(
        /PATH.*apt install.*dnf install.*brew install.*winget install/,
      ) as string,
    });
  });
});

// A script stands for the program; systems without a shell cannot start it.
describe.skipIf(process.platform === 'win32')('with programs that stand for it', () => {
  async function program(name: 'ffmpeg' | 'ffprobe', script: string): Promise<void> {
    vi.stubEnv('PATH', folder());
    await writeFile(join(folder(), name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder(), name), 0o755);
  }

  function facts(width: number, height: number): string {
    const streams = [{ width, height, duration: '1.0', avg_frame_rate: '25/1' }];
    return `echo '${JSON.stringify({ streams, format: { format_name: 'mov,mp4' } })}'`;
  }

  it('gives no shell a word of the name', async () => {
    await program('ffprobe', 'exit 1');
    const path = join(folder(), '$(touch made); touch made');
    await expect(sample(path, { frames: 1 })).rejects.toMatchObject({ code: 'video-undecodable' });
    expect(await readdir(folder())).not.toContain('made');
  });

  it('refuses pictures of more than 8K before decoding', async () => {
    await program('ffprobe', facts(10_000, 10_000));
    await expect(sample('/clip.mp4', { frames: 1 })).rejects.toMatchObject({
      code: 'video-too-large',
      message: expect.stringContaining('10000 × 10000') as string,
    });
  });

  it('says how decoding failed', async () => {
    await program('ffprobe', facts(8, 8));
    await program('ffmpeg', 'echo one >&2; echo two >&2; echo three >&2; echo broken frame >&2; exit 1');
    await expect(sample('/clip.mp4', { frames: 1 })).rejects.toThrow('two; three; broken frame');
    await program('ffmpeg', 'exit 3');
    await expect(sample('/clip.mp4', { frames: 1 })).rejects.toThrow('ffmpeg ended with 3');
    await program('ffmpeg', 'exit 0');
    await expect(sample('/clip.mp4', { frames: 1 })).rejects.toThrow('0 of the 1 pictures');
  });

  it('ends the program when it is cancelled', async () => {
    const controller = new AbortController();
    await program('ffprobe', `echo $$ > ${join(folder(), 'pid')}\nexec /bin/sleep 600`);
    const input = { kind: 'file', path: '/clip.mp4' } as const;
    const frames = videoFrames(input, 'clip', { frames: 1 }, controller.signal);
    const pid = await vi.waitFor(async () =>
      Number.parseInt(await readFile(join(folder(), 'pid'), 'utf8'), 10),
    );
    controller.abort(new Error('cancelled'));
    await expect(frames).rejects.toThrow('cancelled');
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
