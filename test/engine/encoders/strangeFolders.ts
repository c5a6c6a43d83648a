import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkpointFolder } from './clip/clipFixture.ts';

/** Folders that hold a model in a way that is not read, or something else: each as people have them. */
export const strangeFolders = {
  'GGUF alone': (folder) =>
    filled(folder, {
      'clip-vit-base-q8_0.gguf': 'GGUF\x03\0\0\0',
      'clip-vit-base-f16.gguf': 'GGUF\x03\0\0\0',
    }),
  'a missing shard': (folder) =>
    filled(folder, {
      ...described,
      'model-00001-of-00003.safetensors': '',
      'model-00003-of-00003.safetensors': '',
      'model.safetensors.index.json': '{}',
    }),
  'an adapter': (folder) =>
    filled(folder, {
      'adapter_config.json': JSON.stringify({
        base_model_name_or_path: 'openai/clip-vit-base-patch32',
        peft_type: 'LORA',
      }),
      'adapter_model.safetensors': '',
    }),
  'folders of checkpoints': async (folder) => {
    for (const step of [500, 1000, 99])
      await cp(clip, join(folder, `checkpoint-${step}`), { recursive: true });
    await filled(folder, { 'trainer_state.json': '{}' });
  },
  'a folder of the hub’s cache': async (folder) => {
    await cp(clip, join(folder, 'snapshots', commit), { recursive: true });
    await filled(folder, { 'refs/main': commit, [`blobs/${'5'.repeat(40)}`]: 'x' });
  },
  'a pipeline of diffusers': async (folder) => {
    await cp(clip, join(folder, 'text_encoder'), { recursive: true });
    await cp(clip, join(folder, 'image_encoder'), { recursive: true });
    await mkdir(join(folder, 'feature_extractor'));
    await rename(
      join(folder, 'image_encoder', 'preprocessor_config.json'),
      join(folder, 'feature_extractor', 'preprocessor_config.json'),
    );
    await rm(join(folder, 'text_encoder', 'tokenizer.json'));
    await filled(folder, {
      'model_index.json': JSON.stringify({ _class_name: 'StableDiffusionPipeline' }),
      'tokenizer/vocab.json': '{}',
      'tokenizer/merges.txt': '#version: 0.2\n',
      'unet/diffusion_pytorch_model.safetensors': '',
    });
  },
  'pickled weights': (folder) => filled(folder, { ...described, 'pytorch_model.bin': 'PK' }),
  'pickled weights in parts': (folder) =>
    filled(folder, {
      ...described,
      'pytorch_model-00001-of-00002.bin': 'PK',
      'pytorch_model-00002-of-00002.bin': 'PK',
      'pytorch_model.bin.index.json': '{}',
    }),
  'pickled weights of open_clip': (folder) =>
    filled(folder, { 'open_clip_config.json': '{}', 'open_clip_pytorch_model.bin': 'PK' }),
  'pickled weights of another type': (folder) =>
    filled(folder, { 'config.json': '{"model_type":"bert"}', 'pytorch_model.bin': 'PK' }),
  'weights of TensorFlow and Flax': (folder) =>
    filled(folder, { ...described, 'tf_model.h5': 'x', 'flax_model.msgpack': 'x' }),
  'a saved model of TensorFlow': (folder) =>
    filled(folder, { 'saved_model.pb': 'x', 'variables/variables.index': 'x' }),
  'a checkpoint of training': (folder) => filled(folder, { 'epoch_12.pt': 'PK' }),
  'a checkpoint of Lightning': (folder) =>
    filled(folder, { 'last.ckpt': 'PK', 'epoch=3.ckpt': 'PK', 'hparams.yaml': 'a: 1\n' }),
  'safetensors of another name': (folder) => filled(folder, { ...described, 'ViT-B-32.safetensors': '' }),
  'an ONNX model of another name': (folder) =>
    filled(folder, { ...described, 'onnx/vision_model_quantized.onnx': 'x', 'clip.onnx': 'x' }),
  'no weights': (folder) => filled(folder, { ...described, 'README.md': 'x' }),
  nothing: async (folder) => {
    await mkdir(folder, { recursive: true });
  },
} satisfies Record<string, (folder: string) => Promise<void>>;

export type StrangeFolder = keyof typeof strangeFolders;

const clip = checkpointFolder('huggingFace');
const described = { 'config.json': '{"model_type":"clip"}', 'preprocessor_config.json': '{}' };
export const commit = '1'.repeat(40);

async function filled(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
