import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeShared, sharedFile } from '../../sharedData.ts';
import { useRuns } from '../../useRuns.ts';

const { run } = useRuns();

describeShared('models of sentences are what their folders say', () => {
  it.each([
    ['sentence_cls', 0.7223],
    ['sentence_dense4', 0.8361],
    ['sentence_short', 0.3714],
  ])('%s', async (name, wanted) => {
    const baseFolder = sharedFile('cases/models');
    const given = parse(await readFile(`${baseFolder}/${name}.gap.yaml`, 'utf8')) as object;
    const { report } = await run({ ...given, device: 'cpu' }, { baseFolder });
    expect(report.results[0]!.value).toBeCloseTo(wanted, 4);
  });
});
