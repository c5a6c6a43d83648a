import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderFiles } from '../../../../server/engine/encoders/modelSource/folderFiles.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();

it('lists files below a folder in order, and ends where links go round', async () => {
  await mkdir(join(folder(), 'onnx'));
  for (const name of ['b', 'a', 'onnx/c', '.hidden']) await writeFile(join(folder(), name), '');
  await symlink('..', join(folder(), 'onnx/round'));
  const files = await folderFiles(folder());
  expect(files.slice(0, 3)).toEqual(['a', 'b', 'onnx/c']);
  expect(files).toContain('onnx/round/onnx/c');
  expect(files).not.toContain('onnx/round/onnx/round/onnx/c');
});

it('refuses a folder that is too large for a model', async () => {
  for (const name of ['a', 'b', 'c']) await writeFile(join(folder(), name), '');
  expect(await folderFiles(folder(), 3)).toHaveLength(3);
  await expect(folderFiles(folder(), 2)).rejects.toMatchObject({ code: 'model-folder-large' });
});

it('names a folder that cannot be listed', async () => {
  const error: unknown = await folderFiles(join(folder(), 'absent')).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'model-folder-unreadable' });
  expect((error as Error).message).toContain(join(folder(), 'absent'));
});
