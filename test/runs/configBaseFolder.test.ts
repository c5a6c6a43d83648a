import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configBaseFolder } from '../../server/runs/configBaseFolder.ts';
import { formatRunRecord } from '../../server/runs/runRecord.ts';
import { sampleRecord } from '../sampleRecord.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();

it('is where the paths of the run started, for the copy in its folder alone', async () => {
  const run = join(temporary(), 'run');
  await mkdir(run);
  const copy = join(run, 'config.gap.yaml');
  expect(configBaseFolder(copy)).toBe(run);
  await writeFile(join(run, 'run.json'), formatRunRecord(sampleRecord()));
  expect(configBaseFolder(copy)).toBe(sampleRecord().baseFolder);
  expect(configBaseFolder(join(run, 'other.gap.yaml'))).toBe(run);
  expect(configBaseFolder(join(temporary(), 'config.gap.yaml'))).toBe(temporary());
  await writeFile(join(run, 'run.json'), '{ "baseFolder": 3 }');
  expect(configBaseFolder(copy)).toBe(run);
});
