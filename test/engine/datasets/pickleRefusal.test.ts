import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readers } from '../../../server/engine/datasets/registry.ts';
import { readConfigFile } from '../../../server/runs/readConfigFile.ts';
import { describeData } from '../../../server/worker/describeData.ts';
import { contextFor, inputErrorOf, temporaryFolder } from './openForTest.ts';

const folder = temporaryFolder();
// A pickle of 'x'.
const pickle = Buffer.from('80045801000000782e', 'hex');
const names = ['x.pkl', 'x.PICKLE', 'x.p', 'x.joblib'];
for (const name of names) writeFileSync(join(folder, name), pickle);
const signal = new AbortController().signal;

describe('a pickle', () => {
  it.each(names)('%s is refused with the lines that convert it', async (name) => {
    const error = await inputErrorOf(
      describeData({ paths: [join(folder, name)], baseFolder: folder }, signal),
    );
    expect(error.code).toBe('pickle-refused');
    expect(error.message).toContain(`load(${name === 'x.joblib' ? '' : 'open('}"${name}"`);
    expect(error.message).toContain('`np.savez("x.npz", **x)`');
    expect(error.message).toContain('`np.save("x.npy", x)`');
    expect(error.message.length).toBeLessThan(1_000);
  });

  it.each(readers.flatMap(({ kind, params }) => ('path' in params.shape ? [kind] : [])))(
    'is refused by the reader %s too',
    async (kind) => {
      const reader = readers.find((candidate) => candidate.kind === kind)!;
      const params = reader.params.parse({ path: 'x.pkl' });
      const { code } = await inputErrorOf(reader.open(params, contextFor(folder)));
      expect(code).toMatch(/^(pickle-refused|not-a-folder|file-unreadable)$/);
    },
  );

  it('is refused as a file of stacked items, and as a configuration', async () => {
    const reader = readers.find(({ kind }) => kind === 'tensors')!;
    const opened = reader.open(reader.params.parse({ files: { x: 'x.pkl' } }), contextFor(folder));
    expect((await inputErrorOf(opened)).code).toBe('pickle-refused');
    expect((await inputErrorOf(readConfigFile(join(folder, 'x.pkl')))).code).toBe('pickle-refused');
  });

  it('is not what torch wrote under such a name', async () => {
    const dict = fileURLToPath(new URL('../../oracle/torchFiles/zip_dict.pt', import.meta.url));
    copyFileSync(dict, join(folder, 'torch.pkl'));
    const { reader, modalities } = await describeData(
      { paths: [join(folder, 'torch.pkl')], baseFolder: folder },
      signal,
    );
    expect(reader).toBe('pytorch');
    expect(modalities.map(({ name }) => name)).toEqual(['image', 'text']);
  });
});
