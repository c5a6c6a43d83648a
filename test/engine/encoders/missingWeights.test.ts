import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../server/engine/datasets/dataset.ts';
import { pretrained } from '../../../server/engine/encoders/pretrained.ts';
import { longestMessage } from '../../../server/engine/problems.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { encoderContext } from './encoderFixture.ts';
import { problemOf } from './onnxFixture.ts';
import { commit, strangeFolders, type StrangeFolder } from './strangeFolders.ts';

const folder = useTemporaryFolder();

/** What is said of a folder that is named as `./model`. */
async function saidOf(name: StrangeFolder, content: Content, model = './model'): Promise<string> {
  await strangeFolders[name](join(folder(), model));
  const context = encoderContext(content, { baseFolder: folder() });
  const { code, message } = await problemOf(pretrained.load(pretrained.params.parse({ model }), context));
  expect(code).toBe('model-weights');
  expect(message).toMatch(new RegExp(`^${model} has no weights that can be used for ${content}: `));
  expect(message.length).toBeLessThan(longestMessage);
  return message.slice(message.indexOf(': ') + 2);
}

describe('a folder without weights that can be used is told what it is, and what to do', () => {
  it.each<[StrangeFolder, Content, string[]]>([
    ['GGUF alone', 'image', ['clip-vit-base-f16.gguf', 'llama.cpp', 'safetensors or the ONNX files']],
    ['a missing shard', 'text', ['model-00002-of-00003.safetensors is not there']],
    ['a missing shard', 'audio', ['expected onnx/audio_model.onnx']],
    [
      'an adapter',
      'image',
      [
        'adapter of PEFT',
        'base = "openai/clip-vit-base-patch32"',
        '"./model").merge_and_unload().save_pretrained("./model-merged")',
      ],
    ],
    [
      'folders of checkpoints',
      'image',
      ['`model: ./model/checkpoint-1000`', 'also checkpoint-500, checkpoint-99'],
    ],
    [
      'a pipeline of diffusers',
      'image',
      ['`model: ./model/image_encoder`', 'copy feature_extractor/preprocessor_config.json there'],
    ],
    [
      'a pipeline of diffusers',
      'text',
      [
        '`model: ./model/text_encoder`',
        'from_pretrained("./model/tokenizer", use_fast=True).save_pretrained("./model/text_encoder")',
      ],
    ],
    ['a pipeline of diffusers', 'audio', ['of which none can be used']],
    [
      'pickled weights',
      'image',
      [
        'torch.load("./model/pytorch_model.bin", map_location="cpu", weights_only=True)',
        '"./model/model.safetensors")',
      ],
    ],
    ['pickled weights', 'audio', ['`optimum-cli export onnx --model ./model ./model/onnx`']],
    ['pickled weights in parts', 'text', ['glob("./model/pytorch_model-*.bin")']],
    [
      'pickled weights of open_clip',
      'image',
      ['"./model/open_clip_model.safetensors")', 'open_clip_config.json'],
    ],
    ['pickled weights of another type', 'text', ['`optimum-cli export onnx --model ./model ./model/onnx`']],
    [
      'weights of TensorFlow and Flax',
      'image',
      ['tf_model.h5 (TensorFlow), flax_model.msgpack (Flax)', 'from_tf=True'],
    ],
    ['a saved model of TensorFlow', 'image', ['tf2onnx.convert --saved-model ./model']],
    ['a checkpoint of training', 'image', ['"./model/epoch_12.pt"', 'state_dict', 'open_clip_config.json']],
    ['a checkpoint of training', 'audio', ['torch.onnx.export']],
    [
      'a checkpoint of Lightning',
      'image',
      ['found epoch=3.ckpt, last.ckpt', 'torch.load("./model/last.ckpt"'],
    ],
    ['safetensors of another name', 'image', ['found ViT-B-32.safetensors', 'rename']],
    [
      'an ONNX model of another name',
      'image',
      ['`kind: onnx` with `path: ./model/onnx/vision_model_quantized.onnx`'],
    ],
    [
      'no weights',
      'image',
      ['no file of weights among README.md, config.json', 'expected onnx/vision_model.onnx'],
    ],
    ['nothing', 'text', ['there are no files in it']],
  ])('%s, %s', async (name, content, parts) => {
    const message = await saidOf(name, content);
    for (const part of parts) expect(message).toContain(part);
  });

  it('a folder of the hub’s cache, by its snapshot and by its name', async () => {
    expect(await saidOf('a folder of the hub’s cache', 'image', './models--owner--clip')).toContain(
      `write \`model: ./models--owner--clip/snapshots/${commit}\`, or \`model: owner/clip\``,
    );
  });

  it('of very many files a few', async () => {
    for (let i = 0; i < 60; i++) await mkdir(join(folder(), 'model', `part${i}`), { recursive: true });
    for (let i = 0; i < 60; i++) await strangeFolders['GGUF alone'](join(folder(), 'model', `part${i}`));
    expect(await saidOf('no weights', 'image')).toContain('and 117 more');
  });
});
