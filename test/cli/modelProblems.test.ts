import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useCommand } from './useCommand.ts';

const { folder, run } = useCommand();

const pair = (image: string, text: string): string =>
  `data: { kind: scenes, count: 12 }\nencoders:\n  image: ${image}\n  text: ${text}`;
const clip = '{ kind: pretrained, model: ./clip }';

const configs: Readonly<Record<string, string>> = {
  weights: pair('{ kind: pretrained, model: ./none }', clip),
  file: pair(clip, '{ kind: pretrained, model: ./bare }'),
  output: pair('{ kind: pretrained, model: ./split, output: other }', clip),
  unreadable: pair(clip, '{ kind: onnx, path: broken.onnx, processor: ./split }'),
  dimensions: pair(clip, '{ kind: pretrained, model: ./siglip }'),
};

beforeEach(async () => {
  const copy = (oracle: string, name: string) =>
    cp(join('test/oracle', oracle), join(folder(), name), { recursive: true });
  await copy('clipCheckpoint/huggingFace', 'clip');
  await copy('clipCheckpoint/huggingFace', 'bare');
  await copy('siglipCheckpoint', 'siglip');
  await copy('onnxModels/split', 'split');
  await rm(join(folder(), 'bare', 'tokenizer.json'));
  await mkdir(join(folder(), 'none'));
  await writeFile(join(folder(), 'broken.onnx'), 'no model');
  for (const [name, text] of Object.entries(configs))
    await writeFile(join(folder(), `${name}.gap.yaml`), `name: ${name}\n${text}\n`);
});

describe('what a model refuses has the place of the value that names it, and files from there on', () => {
  it.each([
    [
      'weights',
      /^weights\.gap\.yaml:4:37: \.\/none has no weights that can be used for image: .*\[model-weights\]$/m,
    ],
    ['file', /^file\.gap\.yaml:5:36: bare\/tokenizer\.json is not there, .*\[checkpoint-file\]$/m],
    [
      'output',
      /^output\.gap\.yaml:4:54: split\/onnx\/vision_model\.onnx: it has no output "other" .*\[model-output\]$/m,
    ],
    ['unreadable', /^unreadable\.gap\.yaml:5:29: .*broken\.onnx.*\[model-unreadable\]$/m],
    [
      'dimensions',
      /^dimensions\.gap\.yaml:5:36: The encoder for "text" gives embeddings of dimension 16, that for "image" of 6; .*\[unequal-dimensions\]$/m,
    ],
  ])('%s', async (name, line) => {
    const measured = await run('measure', `${name}.gap.yaml`, '--json', '--no-cache', '--quiet');
    expect(measured).toMatchObject({ code: 1, out: '', err: expect.stringMatching(line) as string });
    expect(measured.err.trimEnd().split('\n')).toHaveLength(1);
    const validated = await run('validate', `${name}.gap.yaml`);
    expect(validated).toMatchObject({ code: 2, err: expect.stringMatching(line) as string });
  });

  it('with --model, that flag', async () => {
    await writeFile(join(folder(), 'captions.txt'), 'one thing\ntwo things\nthree\n');
    const { code, err } = await run('measure', 'captions.txt', '--model', 'bare', '--json', '--quiet');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^--model: bare\/tokenizer\.json is not there, .*\[checkpoint-file\]\n$/),
    ]);
  });
});
