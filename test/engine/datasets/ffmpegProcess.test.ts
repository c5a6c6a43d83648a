import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FfmpegResult, runFfmpeg } from '../../../server/engine/datasets/ffmpegProcess.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';

const folder = useTemporaryFolder();
const limits = { signal: new AbortController().signal, milliseconds: 60_000, outputBytes: 1000 };

afterEach(() => {
  vi.unstubAllEnvs();
});

// A script stands for the program; systems without a shell cannot start it.
describe.skipIf(process.platform === 'win32')('ffmpeg', () => {
  async function runScript(script: string, change: Partial<typeof limits> = {}): Promise<FfmpegResult> {
    vi.stubEnv('PATH', folder());
    await writeFile(join(folder(), 'ffmpeg'), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder(), 'ffmpeg'), 0o755);
    return await runFfmpeg('ffmpeg', ['-a b', '*'], { ...limits, ...change });
  }

  it('gets its arguments as they are', async () => {
    const result = await runScript(`printf '%s|' "$@"`);
    expect(result.ok && Buffer.from(result.output).toString()).toBe('-a b|*|');
  });

  it('is stopped when it hangs', async () => {
    const result = await runScript('exec /bin/sleep 600', { milliseconds: 50 });
    expect(result).toEqual({ ok: false, reason: 'ffmpeg was stopped after 0.05 s' });
  });

  it('is stopped when what it started goes on', async () => {
    const left = join(folder(), 'left');
    const result = await runScript(`/bin/sleep 600 & echo $! > ${left}`, { milliseconds: 50 });
    expect(result).toEqual({ ok: false, reason: 'ffmpeg was stopped after 0.05 s' });
    process.kill(Number(await readFile(left, 'utf8')));
  });

  it('is stopped when it writes without end', async () => {
    const result = await runScript('while :; do echo 12345678901234567890; done');
    expect(result).toEqual({ ok: false, reason: 'ffmpeg was stopped when its output passed 1000 bytes' });
  });

  it('that cannot be started is as good as missing', async () => {
    vi.stubEnv('PATH', folder());
    await writeFile(join(folder(), 'ffmpeg'), '#!/no/such/interpreter\n');
    await chmod(join(folder(), 'ffmpeg'), 0o755);
    const started = runFfmpeg('ffmpeg', [], limits);
    await expect(started).rejects.toMatchObject({ code: 'ffmpeg-missing' });
  });

  it('does not start after the signal', async () => {
    const reason = new Error('cancelled');
    await expect(runScript('exit 0', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
