import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { InputError } from '../problems.ts';
import { processEnd } from '../processEnd.ts';

export interface FfmpegLimits {
  readonly signal: AbortSignal;
  /** How long the program may run, in milliseconds. */
  readonly milliseconds: number;
  /** How much it may write to its standard output, in bytes. */
  readonly outputBytes: number;
}

/** How a run ended: with what it wrote, or with the last lines of its complaints. */
export type FfmpegResult =
  { readonly ok: true; readonly output: Uint8Array } | { readonly ok: false; readonly reason: string };

/** Characters of the standard error that are kept; the cause stands in its last lines. */
const keptCharacters = 4096;
const keptLines = 3;

/**
 * Runs `ffmpeg` or `ffprobe` and collects its standard output. The program is killed when a limit is passed or the
 * signal aborts. It is looked for in the absolute folders of the PATH only: some systems would take a program of that
 * name from the working folder first, where anything may lie.
 *
 * @param args One argument each; no shell sees them.
 * @throws InputError `ffmpeg-missing` when the PATH has no such program. The signal's reason when it aborts.
 */
export async function runFfmpeg(
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  limits: FfmpegLimits,
): Promise<FfmpegResult> {
  const { signal, milliseconds, outputBytes } = limits;
  signal.throwIfAborted();
  const path = await findOnPath(program);
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const chunks: Buffer[] = [];
    let size = 0;
    let complaints = '';
    let stopped: string | undefined;
    const kill = (): void => {
      child.kill('SIGKILL');
      // What it started, as where a script starts the program, may keep them.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const stop = (reason: string): void => {
      stopped ??= reason;
      kill();
    };
    const timer = setTimeout(() => {
      stop(`${program} was stopped after ${milliseconds / 1000} s`);
    }, milliseconds);
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
    };
    signal.addEventListener('abort', kill);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= outputBytes) chunks.push(chunk);
      else stop(`${program} was stopped when its output passed ${outputBytes} bytes`);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-keptCharacters);
    });
    child.on('error', (error) => {
      finish();
      reject(new InputError('ffmpeg-missing', `${path} cannot be started: ${error.message}`));
    });
    void processEnd(child, [child.stdout, child.stderr], milliseconds).then(({ code, signal: killedBy }) => {
      finish();
      if (signal.aborted) reject(signal.reason as Error);
      else if (stopped !== undefined) resolve({ ok: false, reason: stopped });
      else if (code === 0) resolve({ ok: true, output: Buffer.concat(chunks) });
      else
        resolve({ ok: false, reason: lastLines(complaints) || `${program} ended with ${killedBy ?? code}` });
    });
  });
}

async function findOnPath(program: string): Promise<string> {
  const file = process.platform === 'win32' ? `${program}.exe` : program;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, file);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new InputError(
    'ffmpeg-missing',
    `Videos are decoded by ffmpeg, and no folder of the PATH has the program ${file}. Install FFmpeg, which brings ` +
      `ffmpeg and ffprobe: "apt install ffmpeg" (Debian, Ubuntu), "dnf install ffmpeg-free" (Fedora), ` +
      `"brew install ffmpeg" (macOS), "winget install ffmpeg" (Windows); then start this program anew`,
  );
}

function lastLines(text: string): string {
  return text
    .trim()
    .split(/\s*[\r\n]+\s*/)
    .slice(-keptLines)
    .join('; ');
}
