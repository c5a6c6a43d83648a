import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  resolveModel,
  type ResolvedModel,
  type ResolveOptions,
} from '../../../../server/engine/encoders/modelSource/resolveModel.ts';
import { InputError } from '../../../../server/engine/problems.ts';
import type { ProgressUpdate } from '../../../../server/protocol/progress.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { firstCommit, gitId, secondCommit, sha256, startHub, type FakeFile } from './fakeHub.ts';

const base = useTemporaryFolder();
const cache = () => join(base(), 'cache');
const repo = () => join(cache(), 'models--owner--name');

const config: FakeFile = { content: Buffer.from('{"model_type": "clip"}'), isLarge: false };
const weights: FakeFile = { content: Buffer.alloc(300_000, 'weights '), isLarge: true };
const files = {
  'README.md': { content: Buffer.from('# Name'), isLarge: false },
  'config.json': config,
  'empty.txt': { content: Buffer.alloc(0), isLarge: false },
  'onnx/model é.onnx': weights,
};
const wantedFiles = ['config.json', 'onnx/model é.onnx'];

function resolveName(
  hubUrl: string,
  { reference = 'owner/name', ...options }: Partial<ResolveOptions> & { reference?: string } = {},
): Promise<ResolvedModel> {
  return resolveModel(reference, {
    baseFolder: base(),
    cacheFolder: cache(),
    hubUrl,
    wanted: () => wantedFiles,
    signal: new AbortController().signal,
    surroundings: { env: {}, home: base() },
    ...options,
  });
}

async function failure(promise: Promise<unknown>): Promise<InputError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

async function allFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** What Python's `huggingface_hub` leaves of one download before it kept listings (version 0.34). */
async function cacheAsPythonDoes(paths: readonly string[] = wantedFiles): Promise<void> {
  await mkdir(join(repo(), 'blobs'), { recursive: true });
  await mkdir(join(repo(), 'refs'), { recursive: true });
  await mkdir(join(repo(), 'snapshots', firstCommit, 'onnx'), { recursive: true });
  await writeFile(join(repo(), 'refs', 'main'), firstCommit);
  for (const path of paths) {
    const { content, isLarge } = files[path as keyof typeof files];
    const digest = isLarge ? sha256(content) : gitId(content);
    await writeFile(join(repo(), 'blobs', digest), content);
    const up = path.includes('/') ? '../../../' : '../../';
    await symlink(`${up}blobs/${digest}`, join(repo(), 'snapshots', firstCommit, path));
  }
}

/** No request can be made to this port. */
const nobody = 'http://127.0.0.1:9';

describe('a folder', () => {
  it('is used as it is, links and all', async () => {
    await mkdir(join(base(), 'elsewhere'));
    await writeFile(join(base(), 'elsewhere/model.onnx'), '');
    await mkdir(join(base(), 'models/clip'), { recursive: true });
    await writeFile(join(base(), 'models/clip/config.json'), '{}');
    await writeFile(join(base(), 'models/clip/.hidden'), '');
    await symlink('../../elsewhere', join(base(), 'models/clip/onnx'));
    await symlink('nowhere', join(base(), 'models/clip/broken'));
    const seen: string[][] = [];
    const found = await resolveName(nobody, {
      reference: 'models/clip',
      wanted: (paths) => {
        seen.push([...paths]);
        return paths.filter((path) => path.endsWith('.onnx'));
      },
    });
    expect(seen).toEqual([['config.json', 'onnx/model.onnx']]);
    const folder = join(base(), 'models/clip');
    expect(found).toEqual({ folder, files: ['onnx/model.onnx'], revision: null, name: 'clip' });
  });

  it('that lacks a file is refused with what it has', async () => {
    await mkdir(join(base(), 'clip'));
    await writeFile(join(base(), 'clip/pytorch_model.bin'), '');
    const { code, message } = await failure(resolveName(nobody, { reference: './clip' }));
    expect(code).toBe('model-file-missing');
    expect(message).toBe(
      `${join(base(), 'clip')} has no config.json, no onnx/model é.onnx; it has pytorch_model.bin`,
    );
    expect((await failure(resolveName(nobody, { reference: './clip', wanted: () => [] }))).code).toBe(
      'model-file-missing',
    );
  });
});

describe('a download', () => {
  it('fills the cache as Python does, with what is wanted and no more', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const updates: ProgressUpdate[] = [];
    const found = await resolveName(hub.url, { progress: (update) => void updates.push(update) });
    const folder = join(repo(), 'snapshots', firstCommit);
    expect(found).toEqual({ folder, files: wantedFiles, revision: firstCommit, name: 'owner/name' });
    expect(await allFiles(cache())).toEqual(
      [
        `models--owner--name/blobs/${gitId(config.content)}`,
        `models--owner--name/blobs/${sha256(weights.content)}`,
        'models--owner--name/refs/main',
        `models--owner--name/snapshots/${firstCommit}/config.json`,
        `models--owner--name/snapshots/${firstCommit}/onnx/model é.onnx`,
        `models--owner--name/trees/${firstCommit}.json`,
      ].sort(),
    );
    expect(sha256(await readFile(join(folder, 'onnx/model é.onnx')))).toBe(sha256(weights.content));
    expect(await readlink(join(folder, 'config.json'))).toBe(`../../blobs/${gitId(config.content)}`);
    expect(await readlink(join(folder, 'onnx/model é.onnx'))).toBe(
      `../../../blobs/${sha256(weights.content)}`,
    );
    expect(await readFile(join(repo(), 'refs/main'), 'utf8')).toBe(firstCommit);
    const total = config.content.length + weights.content.length;
    expect(updates.at(-1)).toEqual({ stage: 'Downloading owner/name', done: total, total, unit: 'bytes' });
    const counts = updates.map(({ done }) => done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it('asks again for a branch only, and for a commit not at all', async () => {
    const hub = await startHub({ [firstCommit]: files, [secondCommit]: { ...files, 'README.md': config } });
    const found = await resolveName(hub.url);
    hub.requests.length = 0;
    expect(await resolveName(hub.url)).toEqual(found);
    expect(hub.requests).toEqual(['GET /api/models/owner/name/revision/main']);
    expect(await resolveName(nobody, { revision: firstCommit })).toEqual(found);
    expect(await resolveName(nobody, { reference: `owner/name@${firstCommit}` })).toEqual(found);

    hub.requests.length = 0;
    hub.move('main', secondCommit);
    expect((await resolveName(hub.url)).revision).toBe(secondCommit);
    // Of the new commit's files all that are wanted are there.
    expect(hub.requests.filter((request) => request.includes('/resolve/'))).toEqual([]);
    expect(await readFile(join(repo(), 'refs/main'), 'utf8')).toBe(secondCommit);
  });

  it('fetches what another encoder wants of the same commit', async () => {
    const hub = await startHub({ [firstCommit]: files });
    await resolveName(hub.url, { wanted: () => ['config.json'], revision: firstCommit });
    hub.requests.length = 0;
    expect((await resolveName(hub.url, { revision: firstCommit })).files).toEqual(wantedFiles);
    expect(hub.requests).toEqual([`GET /owner/name/resolve/${firstCommit}/onnx/model%20%C3%A9.onnx`]);
  });

  it('knows an empty file, and the pages of a listing', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const found = await resolveName(hub.url, { wanted: (paths) => paths });
    expect(found.files).toEqual(Object.keys(files).sort());
    expect((await stat(join(found.folder, 'empty.txt'))).size).toBe(0);
  });

  it('gives the token to the hub, and not to the host that the hub refers to', async () => {
    const hub = await startHub({ [firstCommit]: files });
    await resolveName(hub.url, { surroundings: { env: { HF_TOKEN: 'secret' }, home: base() } });
    const values = (host: string) =>
      new Set(hub.authorizations.filter((sent) => sent.host === host).map(({ value }) => value));
    expect(values('hub')).toEqual(new Set(['Bearer secret']));
    expect(values('storage')).toEqual(new Set([undefined]));
  });

  it('gives no token to a host that has the next page of a listing', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.pagesElsewhere = true;
    const surroundings = { env: { HF_TOKEN: 'secret' }, home: base() };
    const found = await resolveName(hub.url, { wanted: (paths) => paths, surroundings });
    expect(found.files).toEqual(['README.md', 'config.json']);
    expect(hub.authorizations.filter(({ host }) => host === 'storage')).toEqual([
      { host: 'storage', value: undefined },
    ]);
  });

  it('goes on when connections break, as long as each brings something', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.breakAfter = 100_000;
    const found = await resolveName(hub.url);
    expect(sha256(await readFile(join(found.folder, wantedFiles[1]!)))).toBe(sha256(weights.content));
    const starts = hub.requests.flatMap(
      (request) => / bytes=(\d+)-$/.exec(request)?.slice(1).map(Number) ?? [],
    );
    expect(starts.length).toBeGreaterThanOrEqual(2);
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  });

  it('goes on with a server that knows no ranges', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.ignoresRanges = true;
    await mkdir(join(repo(), 'blobs'), { recursive: true });
    const partial = join(repo(), 'blobs', `${sha256(weights.content)}.free-00000000.incomplete`);
    await writeFile(partial, weights.content.subarray(0, 1234));
    const found = await resolveName(hub.url);
    expect(sha256(await readFile(join(found.folder, wantedFiles[1]!)))).toBe(sha256(weights.content));
  });

  it('ends where a connection brings nothing', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.breakAfter = 0;
    expect((await failure(resolveName(hub.url))).code).toBe('hub-unreachable');
  });

  it.each([1234, 400_000])('begins anew where the %i bytes that were left are damaged', async (length) => {
    const hub = await startHub({ [firstCommit]: files });
    await mkdir(join(repo(), 'blobs'), { recursive: true });
    const digest = sha256(weights.content);
    await writeFile(join(repo(), 'blobs', `${digest}.free-00000000.incomplete`), Buffer.alloc(length));
    await writeFile(join(repo(), 'blobs', `${digest}.free-00000001.incomplete`), 'w');
    const found = await resolveName(hub.url);
    expect(sha256(await readFile(join(found.folder, wantedFiles[1]!)))).toBe(sha256(weights.content));
    expect((await allFiles(join(repo(), 'blobs'))).length).toBe(2);
  });

  it('keeps nothing of content that is not what is listed', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.corrupts = true;
    const { code, message } = await failure(resolveName(hub.url));
    expect(code).toBe('model-download-damaged');
    expect(message).toContain('config.json');
    expect(await allFiles(join(repo(), 'blobs'))).toEqual([]);
    expect(existsSync(join(repo(), 'snapshots'))).toBe(false);
    expect(existsSync(join(repo(), 'refs'))).toBe(false);
  });

  it('of several at once makes one', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const found = await Promise.all([1, 2, 3].map(() => resolveName(hub.url)));
    expect(found[1]).toEqual(found[0]);
    expect(hub.sent).toBe(config.content.length + weights.content.length);
  });

  it('that is interrupted leaves nothing to be taken for complete, and is gone on with', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.slice = 1000;
    const controller = new AbortController();
    const interrupted = resolveName(hub.url, {
      signal: controller.signal,
      progress: ({ done }) => {
        if (done > 100_000) controller.abort(new Error('enough'));
      },
    });
    await expect(interrupted).rejects.toThrow('enough');
    expect(existsSync(join(repo(), 'snapshots'))).toBe(false);
    expect(existsSync(join(repo(), 'refs'))).toBe(false);
    expect((await failure(resolveName(nobody))).code).toBe('hub-unreachable');
    delete hub.weather.slice;
    hub.sent = 0;
    const found = await resolveName(hub.url);
    expect(sha256(await readFile(join(found.folder, wantedFiles[1]!)))).toBe(sha256(weights.content));
    expect(hub.sent).toBeLessThanOrEqual(200_000);
  });

  it('is refused where the disk has no room for it', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const digest = '1'.repeat(64);
    const size = 2 ** 52;
    hub.weather.listing = [
      {
        type: 'file',
        path: 'config.json',
        size,
        oid: firstCommit,
        lfs: { oid: digest, size, pointerSize: 1 },
      },
    ];
    const { code, message } = await failure(resolveName(hub.url, { wanted: (paths) => paths }));
    expect(code).toBe('disk-full');
    expect(message).toContain(`${size} are to be downloaded`);
    expect(hub.sent).toBe(0);
  });

  it('stops where more comes than is listed', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const oid = gitId(config.content);
    hub.weather.listing = [{ type: 'file', path: 'config.json', size: 5, oid }];
    const { code, message } = await failure(resolveName(hub.url, { wanted: (paths) => paths }));
    expect(code).toBe('model-download-damaged');
    expect(message).toContain('more of config.json than the 5 bytes');
  });

  it('is refused where the cache is a file', async () => {
    const hub = await startHub({ [firstCommit]: files });
    await writeFile(cache(), '');
    const { code, message } = await failure(resolveName(hub.url));
    expect(code).toBe('model-cache-unwritable');
    expect(message).toContain('HF_HUB_CACHE');
  });
});

describe('a listing is refused', () => {
  it.each([
    '../evil',
    'onnx/../../evil',
    '/etc/evil',
    'C:/evil',
    'onnx\\..\\evil',
    './evil',
    'onnx//evil',
    'evil\n',
    '',
  ])('with the name %j', async (path) => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.listing = [{ type: 'file', path, size: 1, oid: firstCommit }];
    const { code } = await failure(resolveName(hub.url, { wanted: (paths) => paths }));
    expect(code).toBe('hub-listing');
    expect(hub.requests.some((request) => request.includes('/resolve/'))).toBe(false);
    expect(existsSync(cache())).toBe(false);
  });

  it.each([
    { size: -1, oid: firstCommit },
    { size: 1.5, oid: firstCommit },
    { size: 1, oid: '../x' },
    { size: 1 },
    { size: 1, oid: firstCommit, lfs: { oid: '../../x', size: 1, pointerSize: 1 } },
  ])('with %j', async (entry) => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.listing = [{ type: 'file', path: 'config.json', ...entry }];
    expect((await failure(resolveName(hub.url))).code).toBe('hub-listing');
  });

  it('when it lies in the cache as well', async () => {
    await mkdir(join(repo(), 'trees'), { recursive: true });
    const entry = { size: 1, blob_id: firstCommit };
    const tree = { format_version: 1, files: { '../evil': entry } };
    await writeFile(join(repo(), 'trees', `${firstCommit}.json`), JSON.stringify(tree));
    expect((await failure(resolveName(nobody, { revision: firstCommit }))).code).toBe('hub-listing');
  });
});

describe('what Python downloaded', () => {
  it('is used without the network', async () => {
    await cacheAsPythonDoes();
    const expected = {
      folder: join(repo(), 'snapshots', firstCommit),
      files: wantedFiles,
      revision: firstCommit,
      name: 'owner/name',
    };
    expect(await resolveName(nobody)).toEqual(expected);
    expect(await resolveName(nobody, { offline: true })).toEqual(expected);
    expect(await resolveName(nobody, { revision: firstCommit })).toEqual(expected);
    const hub = await startHub({ [firstCommit]: files });
    expect(await resolveName(hub.url)).toEqual(expected);
    expect(hub.sent).toBe(0);
    hub.requests.length = 0;
    expect(await resolveName(hub.url)).toEqual(expected);
    expect(hub.requests).toEqual(['GET /api/models/owner/name/revision/main']);
    expect(await resolveName(hub.url, { revision: firstCommit })).toEqual(expected);
    expect(hub.requests.length).toBe(1);
  });

  it('is used where the hub does not let this user in', async () => {
    await cacheAsPythonDoes();
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.refuses = { status: 401, code: 'GatedRepo' };
    expect((await resolveName(hub.url)).revision).toBe(firstCommit);
    expect((await resolveName(hub.url, { revision: firstCommit })).revision).toBe(firstCommit);
    expect((await failure(resolveName(hub.url, { wanted: () => ['README.md'] }))).code).toBe('model-access');
  });

  it('is found by the environment', async () => {
    await cacheAsPythonDoes();
    const hub = await startHub({ [firstCommit]: files });
    const byEnvironment = (env: Record<string, string>) =>
      resolveModel('owner/name', {
        baseFolder: base(),
        wanted: () => wantedFiles,
        signal: new AbortController().signal,
        surroundings: { env, home: base() },
      });
    const env = { HF_HUB_CACHE: cache(), HF_ENDPOINT: hub.url };
    expect((await byEnvironment({ ...env, HF_HUB_OFFLINE: '1' })).revision).toBe(firstCommit);
    expect(hub.requests).toEqual([]);
    expect((await byEnvironment(env)).revision).toBe(firstCommit);
    expect(hub.requests.length).toBeGreaterThan(0);
  });

  it('is completed where it lacks files', async () => {
    await cacheAsPythonDoes(['config.json']);
    const { code, message } = await failure(resolveName(nobody, { offline: true }));
    expect(code).toBe('hub-unreachable');
    expect(message).toContain(repo());
    const hub = await startHub({ [firstCommit]: files });
    expect((await resolveName(hub.url)).files).toEqual(wantedFiles);
    expect(hub.sent).toBe(weights.content.length);
  });

  it('is completed where it lacks files that not every model has', async () => {
    await cacheAsPythonDoes(['config.json']);
    const wanted = (paths: string[]) => paths.filter((path) => wantedFiles.includes(path));
    expect((await resolveName(nobody, { wanted })).files).toEqual(['config.json']);
    const hub = await startHub({ [firstCommit]: files });
    expect((await resolveName(hub.url, { wanted, revision: firstCommit })).files).toEqual(wantedFiles);
    expect((await resolveName(nobody, { wanted })).files).toEqual(wantedFiles);
  });

  it('is completed where links lead to files that are gone', async () => {
    await cacheAsPythonDoes();
    await rm(join(repo(), 'blobs', gitId(config.content)));
    const hub = await startHub({ [firstCommit]: files });
    const found = await resolveName(hub.url);
    expect(await readFile(join(found.folder, 'config.json'))).toEqual(config.content);
    expect(hub.sent).toBe(config.content.length);
  });

  it('is used where what its branch stands for cannot be noted', async () => {
    await cacheAsPythonDoes();
    await rm(join(repo(), 'refs'), { recursive: true });
    await writeFile(join(repo(), 'refs'), '');
    const hub = await startHub({ [firstCommit]: files });
    expect((await resolveName(hub.url)).revision).toBe(firstCommit);
  });
});

describe('without the hub', () => {
  it('a branch is what it was last, also while the hub is out of order', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const found = await resolveName(hub.url);
    hub.weather.refuses = { status: 503 };
    expect(await resolveName(hub.url)).toEqual(found);
    await hub.close();
    expect(await resolveName(hub.url)).toEqual(found);
  });

  it('the message says what to put where', async () => {
    const hub = await startHub({});
    await hub.close();
    const { code, message } = await failure(resolveName(hub.url));
    expect(code).toBe('hub-unreachable');
    for (const part of ['ECONNREFUSED', 'put the model’s files into a folder', repo(), cache()]) {
      expect(message).toContain(part);
    }
    expect(message).toContain(`${join(base(), 'owner/name')} is not a folder either`);
  });

  it('no request is made where that is said', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const { message } = await failure(resolveName(hub.url, { offline: true }));
    expect(message).toContain('HF_HUB_OFFLINE');
    expect(hub.requests).toEqual([]);
  });
});

describe('the hub refuses', () => {
  it.each([
    [401, 'RepoNotFound', 'model-access', 'is private, or there is no such model'],
    [401, 'GatedRepo', 'model-access', 'HF_TOKEN'],
    [403, undefined, 'model-access', 'HF_TOKEN'],
    [404, 'RepoNotFound', 'model-not-found', 'is not a folder either'],
    [404, 'RevisionNotFound', 'model-revision', 'no such branch'],
    [400, undefined, 'hub-answer', '400'],
    [429, undefined, 'hub-unreachable', '429'],
  ])('with %s %s', async (status, code, expected, text) => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.refuses = { status, ...(code !== undefined && { code }) };
    const error = await failure(resolveName(hub.url));
    expect(error.code).toBe(expected);
    expect(error.message).toContain(text);
  });

  it('another model, another revision, another commit', async () => {
    const hub = await startHub({ [firstCommit]: files });
    expect((await failure(resolveName(hub.url, { reference: 'owner/nam' }))).code).toBe('model-not-found');
    expect((await failure(resolveName(hub.url, { revision: 'dev' }))).code).toBe('model-revision');
    expect((await failure(resolveName(hub.url, { revision: secondCommit }))).code).toBe('model-revision');
  });

  it('a file that is not there, which is found before anything is downloaded', async () => {
    const hub = await startHub({ [firstCommit]: files });
    const wanted = () => ['config.json', 'model.safetensors'];
    const { code, message } = await failure(resolveName(hub.url, { wanted }));
    expect(code).toBe('model-file-missing');
    expect(message).toBe(
      `owner/name at commit ${firstCommit} has no model.safetensors; it has README.md, config.json, empty.txt, onnx/model é.onnx`,
    );
    expect(hub.sent).toBe(0);
  });

  it('with what is no answer of a hub', async () => {
    const hub = await startHub({ [firstCommit]: files });
    hub.weather.listing = [];
    const page = await failure(resolveName(`${hub.url}/login`));
    expect(page.code).toBe('model-not-found');
    expect((await failure(resolveName('ftp://x'))).code).toBe('hub-address');
    expect((await failure(resolveName('x'))).code).toBe('hub-address');
  });
});
