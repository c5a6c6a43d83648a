import { mkdir, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../server/engine/datasets/safetensorsFile.ts';
import { matrix } from '../../server/engine/numerics/matrix.ts';
import {
  checkRunFolder,
  isRunFolder,
  removePartialRun,
  runFolderName,
  writeRunFolder,
} from '../../server/runs/runFolder.ts';
import { pointsFileNames } from '../../server/runs/runFileNames.ts';
import { readRunRecord } from '../../server/runs/runRecord.ts';
import { sampleRecord } from '../sampleRecord.ts';
import { sampleReport } from '../sampleReport.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();
let folder: string;
beforeEach(() => {
  folder = temporary();
});

const never = new AbortController().signal;
const files = (html = '<p>first</p>') => ({
  report: sampleReport(),
  embeddings: [{ name: 'image', matrix: matrix(2, 2, Float32Array.of(1, 2, 3, 4)) }],
  html,
  config: 'name: sample\n',
  record: sampleRecord(),
});

describe('writeRunFolder', () => {
  it('writes every file, and nothing beside the folder', async () => {
    const target = join(folder, 'deep/er/run');
    await writeRunFolder(target, files(), never);
    expect(await readdir(join(folder, 'deep/er'))).toEqual(['run']);
    expect((await readdir(target)).sort()).toEqual([
      'config.gap.yaml',
      'embeddings.safetensors',
      'report.html',
      'report.json',
      'run.json',
    ]);
    expect(await readRunRecord(target)).toEqual(sampleRecord());
    expect(JSON.parse(await readFile(join(target, 'report.json'), 'utf8'))).toEqual(sampleReport());
    const path = join(target, 'embeddings.safetensors');
    const handle = await open(path);
    const tensors = await readSafetensors(handle, path, (await handle.stat()).size);
    await handle.close();
    expect(tensors.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual([
      { name: 'image', type: 'F32', shape: [2, 2] },
    ]);
  });

  it('replaces an earlier run', async () => {
    const target = join(folder, 'run');
    await writeRunFolder(target, files(), never);
    await writeRunFolder(target, { ...files('<p>second</p>'), embeddings: null }, never);
    expect(await readFile(join(target, 'report.html'), 'utf8')).toBe('<p>second</p>');
    expect(await readdir(target)).not.toContain('embeddings.safetensors');
    expect(await readdir(folder)).toEqual(['run']);
  });

  it('writes into an empty folder, and through a link', async () => {
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await writeRunFolder(join(folder, 'link'), files(), never);
    expect(await readdir(join(folder, 'real'))).toContain('report.json');
  });

  it.each([
    ['photo.jpg', 'output-not-empty', 'photo.jpg'],
    ['report.json', 'output-not-empty', 'report.json'],
  ])('refuses a folder that holds %s of something else', async (name, code, named) => {
    const target = join(folder, 'mine');
    await mkdir(target);
    await writeFile(join(target, name), '[]');
    const attempt = writeRunFolder(target, files(), never);
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(named) as string });
    expect(await readFile(join(target, name), 'utf8')).toBe('[]');
    expect(await readdir(folder)).toEqual(['mine']);
  });

  it('refuses an earlier run that something was added to', async () => {
    const target = join(folder, 'run');
    await writeRunFolder(target, files(), never);
    await writeFile(join(target, 'notes.txt'), 'mine');
    await expect(checkRunFolder(target)).rejects.toMatchObject({ code: 'output-not-empty' });
  });

  it('refuses a file, and the current folder', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(checkRunFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'output-not-a-folder' });
    await expect(checkRunFolder('.')).rejects.toMatchObject({ code: 'output-holds-current-folder' });
    await expect(checkRunFolder('..')).rejects.toMatchObject({ code: 'output-holds-current-folder' });
  });

  it('leaves nothing behind when it is aborted or fails, not even the folders it made', async () => {
    const aborted = AbortSignal.abort();
    await expect(writeRunFolder(join(folder, 'new/run'), files(), aborted)).rejects.toThrow();
    const broken = {
      ...files(),
      embeddings: [{ name: 'a', matrix: { rows: 9, columns: 9, data: new Float32Array(1) } }],
    };
    await expect(writeRunFolder(join(folder, 'new/run'), broken, never)).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps an earlier run when the new one fails', async () => {
    const target = join(folder, 'run');
    await writeRunFolder(target, files(), never);
    await expect(writeRunFolder(target, files('<p>second</p>'), AbortSignal.abort())).rejects.toThrow();
    expect(await readFile(join(target, 'report.html'), 'utf8')).toBe('<p>first</p>');
    expect(await readdir(folder)).toEqual(['run']);
  });
});

describe('isRunFolder', () => {
  it('takes a run with the points that were computed of it later, and nothing else', async () => {
    const target = join(folder, 'run');
    await writeRunFolder(target, files(), never);
    for (const name of Object.values(pointsFileNames('pca'))) await writeFile(join(target, name), '');
    expect(await isRunFolder(target)).toBe(true);
    await writeFile(join(target, 'notes.txt'), 'mine');
    expect(await isRunFolder(target)).toBe(false);
    expect(await isRunFolder(join(folder, 'absent'))).toBe(false);
    expect(await isRunFolder(folder)).toBe(false);
  });
});

describe('removePartialRun', () => {
  it('removes what a killed run left, and the folder of runs where that was all', async () => {
    const target = join(folder, 'runs/mine');
    await mkdir(join(folder, 'runs/.mine.partial-0123'), { recursive: true });
    await writeFile(join(folder, 'runs/.mine.partial-0123/report.json'), '{');
    await removePartialRun(target);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves other runs alone', async () => {
    await writeRunFolder(join(folder, 'runs/first'), files(), never);
    await mkdir(join(folder, 'runs/.first-2.partial-0123'));
    await removePartialRun(join(folder, 'runs/first'));
    expect((await readdir(join(folder, 'runs'))).sort()).toEqual(['.first-2.partial-0123', 'first']);
  });
});

it('names a folder after the measurement and the time', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5);
  expect(runFolderName('CLIP on COCO', time)).toBe('CLIP-on-COCO-20260102-030405');
  expect(runFolderName('../../x', time)).toBe('x-20260102-030405');
  expect(runFolderName('日本', time)).toBe('run-20260102-030405');
});
