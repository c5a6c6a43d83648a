import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ProgressType } from 'vscode-languageserver-protocol/node';
import type { ProgressUpdate } from '../../server/protocol/progress.ts';
import type { Report } from '../../server/protocol/report.ts';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { npyFile } from '../npyFile.ts';
import {
  descendantsOf,
  eventually,
  filesBelow,
  isAlive,
  uriOf,
  useServer,
  type StartedServer,
} from './useServer.ts';

const { workspace, temporary, start, commandReport } = useServer();
const isFinished = ({ state }: RunSummary) => state === 'finished';
const isLinux = process.platform === 'linux';

/** A file in the workspace; gives its path. */
async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(workspace(), name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

const npy = () =>
  write(
    'features.npy',
    npyFile(
      [2, 12, 4],
      Float32Array.from({ length: 96 }, (_, at) => Math.sin(at * 1.7) + (at < 48 ? 2 : -1)),
    ),
  );

const smallRun = async (name = 'small') => {
  await npy();
  return write(`${name}.gap.yaml`, `name: ${name}\ndata: { kind: npy, path: features.npy }\n`);
};

/** More than can be measured while somebody waits. */
const longRun = (name = 'long') =>
  write(`${name}.gap.yaml`, `name: ${name}\ndata: { kind: scenes, count: 20000 }\n`);

/** The processes of a server once a run embeds: its worker, and one for the model of each modality. */
function processesOf({ process: { pid } }: StartedServer): Promise<number[]> {
  return eventually(async () => {
    const found = await descendantsOf(pid!);
    return found.length >= 3 ? found : undefined;
  });
}

/** What is the same in two runs of the same input. */
function withoutTimes(report: Report): Report {
  return {
    ...report,
    createdAt: '',
    experiments: report.experiments.map((each) => ({ ...each, seconds: 0 })),
    provenance: { ...report.provenance, timings: {} },
  };
}

describe('a run', () => {
  it('goes from an experiment file to the report that the command prints', async () => {
    const server = await start();
    const file = await smallRun();
    const queued = await server.ask('startRun', { kind: 'file', uri: uriOf(file) });
    expect(queued).toMatchObject({ name: 'small', configUri: uriOf(file), headline: null });
    expect(fileURLToPath(queued.uri)).toMatch(/workspace\/modality-gap-runs\/small-\d{8}-\d{6}$/);

    const finished = await server.until(queued.uri, isFinished);
    expect(finished).toMatchObject({ name: 'small', error: null, configUri: uriOf(file), isPinned: false });
    const { report, descriptions } = await server.ask('readReport', { uri: queued.uri });
    const expected = commandReport(file) as Report;
    expect(withoutTimes(report)).toEqual(withoutTimes(expected));
    for (const { metric } of report.results) expect(descriptions).toHaveProperty(metric);

    const valueOf = (metric: string) => report.results.find((result) => result.metric === metric)?.value;
    expect(finished.headline).toMatchObject({
      rows: 12,
      device: 'cpu',
      gapDistance: valueOf('gap-distance'),
    });
    expect(finished.headline?.meanCosines[0]).toBe(valueOf('mean-cosine'));
    expect(await server.ask('listRuns', null)).toEqual([finished]);
    expect(await server.ask('listExperiments', null)).toEqual([
      { uri: uriOf(file), name: basename(file), errors: 0, lastRun: queued.uri },
    ]);
  });

  it('goes from an image folder that was described to points, pairs and pictures', async () => {
    const server = await start();
    for (let count = 0; count < 6; count++) {
      const background = { r: 40 * count, g: 200 - 30 * count, b: 90 };
      const image = sharp({ create: { width: 320, height: 200, channels: 3, background } });
      await write(`photos/${count}.png`, await image.png().toBuffer());
      await write(`photos/${count}.txt`, `a plain picture number ${count}\n`);
    }
    await write('photos/3.png', 'no picture');
    const folder = join(workspace(), 'photos');
    const baseUri = uriOf(workspace());
    const description = await server.ask('describeData', { uris: [uriOf(folder)], baseUri });
    expect(description).toMatchObject({
      reader: 'folder',
      data: { kind: 'folder', path: 'photos' },
      rows: 6,
      modalities: [
        { name: 'image', content: 'image', dimension: null },
        { name: 'text', content: 'text', dimension: null },
      ],
    });
    const { text } = await server.ask('draftConfig', {
      name: 'photos',
      data: description.data,
      encoders: { image: { kind: 'random' }, text: { kind: 'random' } },
      limit: 100,
    });
    const queued = await server.ask('startRun', { kind: 'text', text, name: 'photos', baseUri });
    const finished = await server.until(
      queued.uri,
      ({ state }) => state === 'finished' || state === 'failed',
    );
    expect(finished).toMatchObject({
      state: 'finished',
      error: null,
      configUri: null,
      headline: { rows: 5 },
    });
    const stages = server.changes.map(({ run }) => run?.progress?.stage);
    expect(stages).toContain('embedding');
    const { report } = await server.ask('readReport', { uri: queued.uri });
    const file = await write('photos.gap.yaml', text);
    expect(withoutTimes(report)).toEqual(withoutTimes(commandReport(file) as Report));

    const points = await server.ask('projectRows', { uri: queued.uri, method: 'pca' });
    expect(points).toMatchObject({ modalities: ['image', 'text'], rows: 5, totalRows: 5, groupings: [] });
    const told: ProgressUpdate[] = [];
    server.connection.onProgress(new ProgressType<ProgressUpdate>(), 'layout', (update) => {
      told.push(update);
    });
    const asked = { uri: queued.uri, method: 'umap', workDoneToken: 'layout' } as const;
    expect(await server.ask('projectRows', asked)).toMatchObject({ method: 'umap', rows: 5 });
    expect(told.at(-1)).toMatchObject({ stage: 'laying out', done: told.at(-1)!.total });
    const { pairs } = await server.ask('worstPairs', {
      uri: queued.uri,
      modalities: ['image', 'text'],
      count: 2,
    });
    expect(pairs).toHaveLength(2);
    // Row 3 of the run is row 4 of the folder, whose fourth file is broken.
    const image = await server.ask('preview', { uri: queued.uri, row: 3, modality: 'image' });
    expect(image).toMatchObject({ id: '4.png', text: null, file: join(folder, '4.png') });
    const jpeg = Buffer.from(image.thumbnail!.replace('data:image/jpeg;base64,', ''), 'base64');
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 256, height: 160 });
    const caption = await server.ask('preview', { uri: queued.uri, row: 3, modality: 'text' });
    expect(caption).toMatchObject({ id: '4.png', thumbnail: null, text: 'a plain picture number 4' });
  });

  it('waits for the one before it, each in a folder of its own', async () => {
    const server = await start();
    const uri = uriOf(await smallRun());
    const [first, second] = await Promise.all([
      server.ask('startRun', { kind: 'file', uri }),
      server.ask('startRun', { kind: 'file', uri }),
    ]);
    expect([first.state, second.state]).toEqual(['running', 'waiting']);
    expect(second.uri).not.toBe(first.uri);
    await server.until(second.uri, isFinished);
    const states = server.changes.map(({ uri: of, run }) => `${of === first.uri ? 1 : 2} ${run!.state}`);
    expect(states.indexOf('2 running')).toBeGreaterThan(states.indexOf('1 finished'));
  });

  it('that is not valid fails with every problem and its place, and the queue goes on', async () => {
    const server = await start();
    const file = await write('bad.gap.yaml', 'name: bad\ndata: { kind: scenes, cuont: 4 }\nseed: -1\n');
    const bad = await server.ask('startRun', { kind: 'file', uri: uriOf(file) });
    const good = await server.ask('startRun', { kind: 'file', uri: uriOf(await smallRun()) });
    const failed = await server.until(bad.uri, ({ state }) => state === 'failed');
    expect(failed.error).toMatchObject({ code: 'config-invalid', file });
    expect(failed.error?.message).toContain('bad.gap.yaml:2:');
    expect(failed.error?.message).toContain('\nbad.gap.yaml:3:');
    await server.until(good.uri, isFinished);
    expect(existsSync(fileURLToPath(bad.uri))).toBe(false);
    const experiments = await server.ask('listExperiments', null);
    expect(experiments.find(({ uri }) => uri === uriOf(file))?.lastRun).toBe(bad.uri);
    await writeFile(file, 'name: bad\ndata: { kind: npy, path: features.npy }\n');
    const again = await server.ask('runAgain', { uri: bad.uri });
    await server.until(again.uri, isFinished);
    const names = (await server.ask('listExperiments', null)).map(({ name, errors }) => [name, errors]);
    expect(names).toEqual([
      ['bad.gap.yaml', 0],
      ['small.gap.yaml', 0],
    ]);
  });

  it('goes to the output that its file names, and tells warnings in its notes', async () => {
    const server = await start();
    await npy();
    const text = (output: string) =>
      `name: named\ndata: { kind: npy, path: ../features.npy }\nencoders: { modality-1: { kind: random } }\noutput: ${output}\n`;
    const file = await write('deep/named.gap.yaml', text('../results/first'));
    const { uri } = await server.ask('startRun', { kind: 'file', uri: uriOf(file) });
    expect(fileURLToPath(uri)).toBe(join(workspace(), 'results/first'));
    const ended = await server.until(uri, ({ state }) => state === 'finished' || state === 'failed');
    expect(ended).toMatchObject({ state: 'finished', error: null });
    const { report } = await server.ask('readReport', { uri });
    expect(report.notes[0]).toMatchObject({
      code: 'encoder-not-used',
      message: expect.stringMatching(/^Line 3 /) as string,
    });
    expect(await server.ask('listRuns', null)).toEqual([ended]);
    expect(await server.ask('listExperiments', null)).toMatchObject([{ uri: uriOf(file), lastRun: uri }]);

    await writeFile(file, text('../../results'));
    await expect(server.ask('startRun', { kind: 'file', uri: uriOf(file) })).rejects.toMatchObject({
      data: { code: 'output-outside' },
    });
  });

  it('that went to an output of its own is listed by a server that is started later', async () => {
    const server = await start();
    const file = await smallRun();
    await writeFile(file, 'name: kept\ndata: { kind: npy, path: features.npy }\noutput: results/kept\n');
    const { uri } = await server.ask('startRun', { kind: 'file', uri: uriOf(file) });
    await server.until(uri, isFinished);
    const later = await start();
    expect(await later.until(uri, isFinished)).toMatchObject({ name: 'kept' });
    const listed = await later.ask('listRuns', null);
    expect(listed.map((run) => `${run.name} ${run.uri}`)).toEqual([`kept ${uri}`]);
  });

  it('starts as an editor shows it, not as it was saved', async () => {
    const server = await start();
    const uri = uriOf(await smallRun());
    const text = 'name: edited\ndata: { kind: npy, path: features.npy, limit: 7 }\n';
    await server.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'gap-yaml', version: 1, text },
    });
    const { uri: run } = await server.ask('startRun', { kind: 'file', uri });
    expect(await server.until(run, isFinished)).toMatchObject({ name: 'edited', headline: { rows: 7 } });
  });
});

describe.runIf(isLinux)('a run that is ended', () => {
  it('by cancelling leaves no process and no folder, and those that wait are taken out', async () => {
    const server = await start();
    const run = await server.ask('startRun', { kind: 'file', uri: uriOf(await longRun()) });
    const waiting = await server.ask('startRun', { kind: 'file', uri: uriOf(await longRun('other')) });
    const processes = await processesOf(server);
    await server.ask('cancelRun', { uri: waiting.uri });
    await server.ask('cancelRun', { uri: run.uri });
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await filesBelow(join(workspace(), 'modality-gap-runs'))).toEqual([]);
    const states = (await server.ask('listRuns', null)).map(({ name, state }) => `${name} ${state}`).sort();
    expect(states).toEqual(['long cancelled', 'other cancelled']);
    await server.ask('deleteRun', { uri: run.uri });
    expect(server.changes.at(-1)).toEqual({ uri: run.uri, run: null });
    const next = await server.ask('startRun', { kind: 'file', uri: uriOf(await smallRun()) });
    await server.until(next.uri, isFinished);
  });

  it('by killing its worker fails with the cause, and the next one works', async () => {
    const server = await start();
    const run = await server.ask('startRun', { kind: 'file', uri: uriOf(await longRun()) });
    const processes = await processesOf(server);
    process.kill(processes[0]!, 'SIGKILL');
    const failed = await server.until(run.uri, ({ state }) => state === 'failed');
    expect(failed.error).toMatchObject({
      code: 'worker-crashed',
      message: expect.stringContaining('SIGKILL') as string,
    });
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await filesBelow(join(workspace(), 'modality-gap-runs'))).toEqual([]);
    const next = await server.ask('startRun', { kind: 'file', uri: uriOf(await smallRun()) });
    await server.until(next.uri, isFinished);
  });

  it('by killing the server leaves no process', async () => {
    const server = await start();
    await server.ask('startRun', { kind: 'file', uri: uriOf(await longRun()) });
    const processes = await processesOf(server);
    const ended = new Promise((resolve) => server.process.once('exit', resolve));
    server.process.kill('SIGKILL');
    await ended;
    await eventually(() => (processes.some(isAlive) ? undefined : true));
    expect(await filesBelow(join(workspace(), 'modality-gap-runs'))).toEqual([]);
  });

  it('by the end of the server leaves no process', async () => {
    const server = await start();
    await server.ask('startRun', { kind: 'file', uri: uriOf(await longRun()) });
    const processes = await processesOf(server);
    await server.connection.sendRequest('shutdown');
    expect(processes.filter(isAlive)).toEqual([]);
  });
});

describe('the inspection worker', () => {
  it.runIf(isLinux)('that is killed is started again for the next question', async () => {
    const server = await start();
    const file = await npy();
    const params = { uris: [uriOf(file)], baseUri: uriOf(workspace()) };
    await server.ask('describeData', params);
    const [worker] = await descendantsOf(server.process.pid!);
    process.kill(worker!, 'SIGKILL');
    await eventually(() => (isAlive(worker!) ? undefined : true));
    const described = await eventually(() => server.ask('describeData', params).catch(() => undefined));
    expect(described).toMatchObject({ reader: 'npy', rows: 12, modalities: [{ dimension: 4 }, {}] });
  });

  it('tells what is wrong with data, with its code and file', async () => {
    const server = await start();
    const file = await write('broken.npy', 'no array');
    const asked = server.ask('describeData', { uris: [uriOf(file)], baseUri: uriOf(workspace()) });
    await expect(asked).rejects.toMatchObject({
      data: { file, code: expect.stringMatching(/^npy-/) as string },
    });
    const absent = server.ask('describeData', {
      uris: [uriOf(join(workspace(), 'absent'))],
      baseUri: uriOf(workspace()),
    });
    await expect(absent).rejects.toMatchObject({ data: { code: 'path-not-found' } });
    const remote = server.ask('describeData', {
      uris: ['vscode-vfs://github/a'],
      baseUri: uriOf(workspace()),
    });
    await expect(remote).rejects.toMatchObject({ data: { code: 'not-a-file' } });
  });
});

describe('without trust', () => {
  it('nothing runs, and what was run can be read', async () => {
    const trusted = await start();
    const file = await smallRun();
    const { uri } = await trusted.ask('startRun', { kind: 'file', uri: uriOf(file) });
    await trusted.until(uri, isFinished);

    const server = await start({ isTrusted: false });
    const untrusted = { data: { code: 'untrusted' } };
    const baseUri = uriOf(workspace());
    const refused = [
      server.ask('startRun', { kind: 'file', uri: uriOf(file) }),
      server.ask('startRun', { kind: 'text', text: 'name: a', name: 'a', baseUri }),
      server.ask('runAgain', { uri }),
      server.ask('describeData', { uris: [uriOf(file)], baseUri }),
      server.ask('projectRows', { uri, method: 'pca' }),
      server.ask('worstPairs', { uri, modalities: ['modality-1', 'modality-2'], count: 1 }),
      server.ask('preview', { uri, row: 0, modality: 'modality-1' }),
    ];
    for (const each of refused) await expect(each).rejects.toMatchObject(untrusted);
    expect((await server.ask('readReport', { uri })).report.name).toBe('small');
    expect(await server.ask('listRuns', null)).toHaveLength(1);
    expect(await server.ask('listExperiments', null)).toHaveLength(1);
    if (isLinux) expect(await descendantsOf(server.process.pid!)).toEqual([]);
  });
});

describe('runs in folders', () => {
  it('are renamed, pinned and deleted', async () => {
    const server = await start();
    const { uri } = await server.ask('startRun', { kind: 'file', uri: uriOf(await smallRun()) });
    await server.until(uri, isFinished);
    await server.ask('renameRun', { uri, name: 'the good one' });
    await server.ask('pinRun', { uri, isPinned: true });
    const changed = { name: 'the good one', isPinned: true };
    expect(await server.until(uri, ({ isPinned }) => isPinned)).toMatchObject(changed);
    const other = await start();
    expect(await other.ask('listRuns', null)).toMatchObject([changed]);
    await server.ask('deleteRun', { uri });
    expect(await server.ask('listRuns', null)).toEqual([]);
    expect(await filesBelow(join(workspace(), 'modality-gap-runs'))).toEqual([]);
    await expect(server.ask('readReport', { uri })).rejects.toMatchObject({ data: { code: 'run-missing' } });
  });

  it('are the only folders that are deleted', async () => {
    const server = await start();
    const { uri } = await server.ask('startRun', { kind: 'file', uri: uriOf(await smallRun()) });
    await server.until(uri, isFinished);
    const link = join(workspace(), 'link');
    await symlink(fileURLToPath(uri), link);
    await write('mine/report.json', '{}');
    const before = await filesBelow(temporary());
    for (const path of [workspace(), join(workspace(), 'mine'), join(workspace(), 'small.gap.yaml'), link]) {
      const refused = server.ask('deleteRun', { uri: uriOf(path) });
      await expect(refused).rejects.toMatchObject({ data: { code: 'not-a-run' } });
    }
    const absent = server.ask('deleteRun', { uri: uriOf(join(workspace(), 'absent')) });
    await expect(absent).rejects.toMatchObject({ data: { code: 'run-missing' } });
    await write('modality-gap-runs/notes.txt', 'mine');
    await write(`modality-gap-runs/${basename(fileURLToPath(uri))}/notes.txt`, 'mine');
    await expect(server.ask('deleteRun', { uri })).rejects.toMatchObject({ data: { code: 'not-a-run' } });
    for (const name of before) expect(existsSync(join(temporary(), name))).toBe(true);
  });

  it('that another program writes or removes are noticed', async () => {
    const server = await start();
    await server.ask('listRuns', null);
    const other = await start();
    const { uri } = await other.ask('startRun', { kind: 'file', uri: uriOf(await smallRun()) });
    expect(await server.until(uri, isFinished)).toMatchObject({ name: 'small' });
    await rm(fileURLToPath(uri), { recursive: true });
    await eventually(() => server.changes.find((change) => change.uri === uri && change.run === null));
  });
});

it('clears the cache', async () => {
  const server = await start();
  const file = await write('scenes.gap.yaml', 'name: scenes\ndata: { kind: scenes, count: 8 }\n');
  const { uri } = await server.ask('startRun', { kind: 'file', uri: uriOf(file) });
  await server.until(uri, isFinished);
  expect((await server.ask('clearCache', null)).bytes).toBeGreaterThan(0);
  expect(await server.ask('clearCache', null)).toEqual({ bytes: 0 });
});

it('refuses options that are not valid', async () => {
  await expect(start({ storageFolder: 'relative' })).rejects.toThrow(/storageFolder/);
});
