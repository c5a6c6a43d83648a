import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locateModel } from '../../../../server/engine/encoders/modelSource/modelReference.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const base = useTemporaryFolder();
const locate = (reference: string, revision?: string) =>
  locateModel(reference, { baseFolder: base(), revision }, base());

it('takes a folder that is there before the hub', async () => {
  await mkdir(join(base(), 'owner/name'), { recursive: true });
  const folder = join(base(), 'owner/name');
  for (const reference of ['owner/name', './owner/name', 'owner/name/', folder, '~/owner/name']) {
    expect(await locate(reference)).toEqual({ kind: 'folder', folder });
  }
  expect(await locate('owner/other')).toMatchObject({ kind: 'hub', id: 'owner/other' });
});

it.each([
  ['owner/name', undefined, 'owner/name', 'main'],
  ['name', undefined, 'name', 'main'],
  ['name.v2_x-1', 'v1.0', 'name.v2_x-1', 'v1.0'],
  ['owner/name@refs/pr/3', undefined, 'owner/name', 'refs/pr/3'],
  ['owner/name@dev', 'dev', 'owner/name', 'dev'],
])('takes %s with revision %s for %s at %s', async (reference, given, id, revision) => {
  expect(await locate(reference, given)).toMatchObject({ kind: 'hub', id, revision });
});

it.each([
  '',
  ' ',
  'owner/name@',
  'owner/name@../../x',
  'owner/name@a..b',
  'owner/name@/x',
  'owner/na me',
  'owner--x/name',
  'owner/name.git',
  'owner/-name',
  'x'.repeat(97),
  'a\0b',
  'https://huggingface.co/owner/name',
  'hf://owner/name',
])('refuses %j', async (reference) => {
  await expect(locate(reference)).rejects.toMatchObject({ code: 'model-reference' });
});

it('says what to write in place of an address', async () => {
  await expect(locate('https://huggingface.co/owner/name/tree/main')).rejects.toThrow('write owner/name;');
});

it('refuses two revisions', async () => {
  await expect(locate('owner/name@a', 'b')).rejects.toMatchObject({ code: 'model-reference' });
});

it.each(['./modls/clip', 'modls/clip/x', '../x', '/nowhere/x', '~/x', 'C:\\x', 'a\\b', 'owner/name/'])(
  'takes %s for a folder, which is not there',
  async (reference) => {
    await expect(locate(reference)).rejects.toMatchObject({ code: 'model-folder-missing' });
  },
);

it('names the folder that was likely meant', async () => {
  await mkdir(join(base(), 'models/clip-vit'), { recursive: true });
  await expect(locate('./models/clip-vti')).rejects.toThrow(
    `did you mean ${join(base(), 'models/clip-vit')}?`,
  );
  expect(await locate('models/clip-vti')).toMatchObject({
    notAFolder: `${join(base(), 'models/clip-vti')} is not a folder either; did you mean ${join(base(), 'models/clip-vit')}?`,
  });
});

it.each([
  ['model.onnx', 'write `kind: onnx` with `path: model.onnx`'],
  ['./clip/model.safetensors', 'write `model: ./clip`'],
  ['model.safetensors', 'write `model: .`'],
  ['clip-f16.gguf', 'llama.cpp'],
  ['clip.bin', 'expected the folder of a model'],
])('refuses a file, %s, and says what to write', async (reference, remedy) => {
  await mkdir(join(base(), 'clip'), { recursive: true });
  await writeFile(join(base(), reference), '');
  await expect(locate(reference)).rejects.toMatchObject({
    code: 'model-not-a-folder',
    message: expect.stringMatching(/^[\w./-]+ is a file, /) as string,
  });
  await expect(locate(reference)).rejects.toThrow(remedy);
});
