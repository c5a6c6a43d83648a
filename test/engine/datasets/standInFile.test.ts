import { cp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataEntryFor } from '../../../server/engine/datasets/dataEntry.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { readerOf } from '../../../server/worker/describeData.ts';
import { describeModel } from '../../../server/worker/describeModel.ts';
import { describeOnnxModel } from '../../../server/worker/describeOnnxModel.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { loadOnnx, loadPretrained, problemOf } from '../encoders/onnxFixture.ts';

const folder = useTemporaryFolder();

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 605157884\n`;
const annex = '/annex/objects/MD5E-s605--0123.npy\n';
const html = '<!DOCTYPE html>\n<html><head><title>Sign in · GitHub</title></head></html>';
const json = '{"error":"Repository not found"}';
const stand = [
  [
    'a pointer of Git LFS',
    pointer,
    'pointer-file',
    'is a Git LFS pointer, not the file itself (605157884 bytes expected): run `git lfs pull`',
  ],
  [
    'a pointer of git-annex',
    annex,
    'pointer-file',
    'is a pointer of git-annex, not the file itself: run `git annex get`',
  ],
  ['a page', html, 'page-in-place', 'is a page of HTML (“Sign in · GitHub”)'],
  ['a page after space', `\n\n${html}`, 'page-in-place', 'is a page of HTML'],
  ['JSON', json, 'page-in-place', 'is JSON ({"error":"Repository not found"})'],
  ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'page-in-place', 'is XML (<?xml'],
  ['a message', 'Entry not found', 'page-in-place', 'is a message (“Entry not found”)'],
] as const;

async function opened(file: string): Promise<unknown> {
  const { reader, given } = readerOf(
    await dataEntryFor([file], { placeOf: (path) => path, names: undefined }),
  );
  return reader.open(reader.params.parse(given), {
    baseFolder: folder(),
    random: new Random(0),
    signal: new AbortController().signal,
  });
}

describe.each(stand)('%s in the place of', (_, text, code, reason) => {
  it.each(['a.npy', 'a.npz', 'a.safetensors', 'a.pt', 'a.h5', 'a.arrow'])('embeddings: %s', async (name) => {
    const file = join(folder(), name);
    await writeFile(file, text);
    const problem = await problemOf(opened(file));
    expect(problem.code).toBe(code);
    expect(problem.message).toContain(`${name} ${reason}`);
  });

  it.each([
    ['clipCheckpoint/huggingFace', 'model.safetensors'],
    ['openClip/custom', 'open_clip_model.safetensors'],
    ['onnxModels/split', 'onnx/vision_model.onnx'],
  ])('weights: %s, %s', async (oracle, name) => {
    const model = join(folder(), 'model');
    await cp(resolve('test/oracle', oracle), model, { recursive: true });
    await writeFile(join(model, name), text);
    for (const work of [
      () => loadPretrained(model, 'image'),
      () => describeModel({ model, revision: null, content: 'image', given: {}, baseFolder: '.' }),
    ]) {
      const problem = await problemOf(work());
      expect(problem.code).toBe(code);
      expect(problem.message).toContain(`${name} ${reason}`);
    }
  });

  it('an ONNX file', async () => {
    const path = join(folder(), 'a.onnx');
    await writeFile(path, text);
    const image = { height: 8, width: 8 };
    for (const work of [
      () => loadOnnx(path, 'image', { image }),
      () => describeOnnxModel({ entry: { path, image }, content: 'image', baseFolder: '.' }),
    ]) {
      expect(await problemOf(work())).toMatchObject({ code });
    }
  });
});

it.each(['config.json', 'tokenizer.json'])('a pointer in the place of %s', async (name) => {
  const model = join(folder(), 'model');
  await cp(resolve('test/oracle/siglipCheckpoint'), model, { recursive: true });
  await writeFile(join(model, name), pointer);
  const { code, message } = await problemOf(loadPretrained(model, 'text'));
  expect(code).toBe('pointer-file');
  expect(message).toContain(`${name} is a Git LFS pointer`);
});

it('other text under the name of safetensors is told as it is', async () => {
  const file = join(folder(), 'a.safetensors');
  await writeFile(file, 'weights, one day');
  const { code, message } = await problemOf(opened(file));
  expect(code).toBe('safetensors-header');
  expect(message).toContain('begins with the text "weights,"');
});
