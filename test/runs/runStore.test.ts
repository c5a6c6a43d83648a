import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeRunFolder } from '../../server/runs/runFolder.ts';
import { readRunRecord } from '../../server/runs/runRecord.ts';
import { RunStore } from '../../server/runs/runStore.ts';
import { sampleRecord } from '../sampleRecord.ts';
import { sampleReport } from '../sampleReport.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();
const never = new AbortController().signal;

async function writeRun(name: string, report = sampleReport()): Promise<string> {
  const folder = join(temporary(), name);
  const files = { report, embeddings: null, html: '', config: '', record: sampleRecord() };
  await writeRunFolder(folder, files, never);
  return folder;
}

describe('RunStore', () => {
  it('lists what its folders tell, and passes over everything else', async () => {
    const folder = await writeRun('first');
    await mkdir(join(temporary(), 'other'));
    await writeFile(join(temporary(), 'other/report.json'), '{ "version": 1 }');
    await writeFile(join(temporary(), 'file'), '');
    await writeRun('.partial');
    const [run, ...others] = await new RunStore().list([temporary(), '/absent']);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      folder,
      name: 'sample',
      startedAt: sampleRecord().startedAt,
      seconds: 5.678,
      configFile: '/data/sample.gap.yaml',
      isPinned: false,
      headline: {
        modalities: ['image', 'text'],
        rows: 2,
        gapDistance: 0.8513519,
        meanCosines: [0.531483, 0.5151941],
      },
    });
  });

  it('reads a report again only where its file was changed', async () => {
    const folder = await writeRun('first');
    const store = new RunStore();
    const time = new Date(2026, 1, 2);
    const file = join(folder, 'report.json');
    await utimes(file, time, time);
    await store.find(folder);
    await writeFile(file, JSON.stringify({ ...sampleReport(), name: 'other' }));
    await utimes(file, time, time);
    expect((await store.find(folder))?.name).toBe('sample');
    await utimes(file, time, new Date(2026, 1, 3));
    expect((await store.find(folder))?.name).toBe('other');
    await rm(folder, { recursive: true });
    expect(await store.find(folder)).toBeNull();
  });

  it('shows and changes a run that has no record, or one that cannot be read', async () => {
    const folder = await writeRun('first');
    const store = new RunStore();
    for (const broken of ['{', '{}']) {
      await writeFile(join(folder, 'run.json'), broken);
      expect(await store.find(folder)).toMatchObject({
        startedAt: sampleReport().createdAt,
        seconds: null,
        configFile: null,
      });
    }
    await rm(join(folder, 'run.json'));
    await store.change(folder, { title: 'mine', isPinned: true });
    expect(await store.find(folder)).toMatchObject({ name: 'mine', isPinned: true });
    expect(await readRunRecord(folder)).toMatchObject({ baseFolder: folder, title: 'mine' });
    expect(await readdir(temporary())).toEqual(['first']);
  });

  it('says what is wrong with a report', async () => {
    const folder = await writeRun('first');
    const file = join(folder, 'report.json');
    const report = JSON.parse(await readFile(file, 'utf8')) as object;
    const store = new RunStore();
    await writeFile(file, JSON.stringify({ ...report, results: [{ metric: 3 }] }));
    await expect(store.report(folder)).rejects.toMatchObject({
      code: 'report-unreadable',
      message: expect.stringContaining('results.0') as string,
    });
    await writeFile(file, '{');
    await expect(store.report(folder)).rejects.toMatchObject({ code: 'report-unreadable' });
    await expect(store.report(temporary())).rejects.toMatchObject({ code: 'run-missing' });
    await expect(store.change(folder, { title: 'a' })).rejects.toMatchObject({ code: 'run-missing' });
  });
});
