import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResolvedModel } from '../../../../server/engine/encoders/modelSource/resolveModel.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { firstCommit, gitId, sha256, startHub } from './fakeHub.ts';

const cache = useTemporaryFolder();
const bundles = resolve('node_modules/.cache', `model-source-test-${process.pid}`);
const program = join(bundles, 'resolveInProcess.mjs');

beforeAll(async () => {
  await build({
    entryPoints: ['test/engine/encoders/modelSource/resolveInProcess.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
});
afterAll(() => rm(bundles, { recursive: true, force: true }));

const config = Buffer.from('{}');
const weights = Buffer.alloc(600_000, 'weights ');
const files = {
  'config.json': { content: config, isLarge: false },
  'model.safetensors': { content: weights, isLarge: true },
};

function start(hubUrl: string) {
  const child = spawn(process.execPath, [program, 'owner/name', cache(), hubUrl, ...Object.keys(files)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const ended = new Promise<ResolvedModel | null>((done) => {
    child.on('close', (code) => {
      done(code === 0 ? (JSON.parse(out) as ResolvedModel) : null);
    });
  });
  return { child, ended };
}

async function expectComplete(found: ResolvedModel | null): Promise<void> {
  expect(found?.revision).toBe(firstCommit);
  expect(sha256(await readFile(join(found!.folder, 'model.safetensors')))).toBe(sha256(weights));
  expect(await readFile(join(found!.folder, 'config.json'), 'utf8')).toBe('{}');
  const blobs = await readdir(join(cache(), 'models--owner--name/blobs'));
  expect(blobs.sort()).toEqual([gitId(config), sha256(weights)].sort());
}

it('a download that is killed leaves nothing to be taken for complete, and is gone on with', async () => {
  const hub = await startHub({ [firstCommit]: files });
  hub.weather.slice = 4000;
  for (const enough of [150_000, 300_000, 450_000]) {
    const { child, ended } = start(hub.url);
    while (hub.sent < enough && child.exitCode === null) await new Promise((done) => setTimeout(done, 1));
    child.kill('SIGKILL');
    expect(await ended).toBeNull();
    expect(existsSync(join(cache(), 'models--owner--name/snapshots'))).toBe(false);
    expect(existsSync(join(cache(), 'models--owner--name/refs'))).toBe(false);
    expect(await readdir(join(cache(), 'models--owner--name/blobs'))).not.toContain(sha256(weights));
  }
  delete hub.weather.slice;
  await expectComplete(await start(hub.url).ended);
  const starts = hub.requests.flatMap(
    (request) => / bytes=(\d+)-$/.exec(request)?.slice(1).map(Number) ?? [],
  );
  expect(starts.length).toBe(3);
  expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
});

it('downloads of several processes at once do not spoil each other', async () => {
  const hub = await startHub({ [firstCommit]: files });
  hub.weather.slice = 4000;
  const ended = await Promise.all([1, 2, 3].map(() => start(hub.url).ended));
  for (const found of ended) await expectComplete(found);
});
