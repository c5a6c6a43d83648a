import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { builtBundles } from '../builtBundles.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command, bundled from the sources as they are now, and started in an empty folder for each test. */
export function useCommand() {
  const folder = useTemporaryFolder();
  let bundles: string;
  let cache: string;

  beforeAll(async () => {
    bundles = await builtBundles();
    cache = await mkdtemp(join(tmpdir(), 'modality-gap-'));
  });
  afterAll(() => rm(cache, { recursive: true, force: true }));

  /** Unless told otherwise, the cache is one of the tests' own, outside of the folder. */
  function start(args: readonly string[], env: Record<string, string> = {}) {
    return spawn(process.execPath, [join(bundles, 'cli.mjs'), ...args], {
      cwd: folder(),
      env: { ...process.env, MODALITY_GAP_CACHE: cache, ...env },
    });
  }

  function end(child: ReturnType<typeof start>): Promise<Ended> {
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
    return new Promise((done) => {
      child.on('close', (code) => {
        done({ code, ...text });
      });
    });
  }

  const run = (...args: string[]) => end(start(args));
  return { folder, start, end, run };
}
