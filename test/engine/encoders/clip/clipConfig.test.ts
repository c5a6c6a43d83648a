import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClipConfig } from '../../../../server/engine/encoders/clip/clipConfig.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();

async function read(config: object): ReturnType<typeof readClipConfig> {
  await writeFile(join(folder(), 'config.json'), JSON.stringify({ model_type: 'clip', ...config }));
  return readClipConfig(folder());
}

describe('the configuration of a checkpoint', () => {
  it('is that of ViT-B/32 where it says nothing', async () => {
    const common = { layers: 12, dimension: 512, activation: 'quick-gelu', layerNormEpsilon: 1e-5 };
    expect(await read({})).toEqual({
      file: join(folder(), 'config.json'),
      isWhole: true,
      vision: { imageSize: 224, patchSize: 32, width: 768, mlpWidth: 3072, heads: 12, ...common },
      text: { vocabulary: 49408, context: 77, width: 512, mlpWidth: 2048, heads: 8, ...common },
      endToken: 49407,
    });
  });

  it('gives no end token for the number that old checkpoints carry', async () => {
    expect(await read({ text_config: { eos_token_id: 2 } })).toMatchObject({ endToken: null });
  });

  it('takes widths of perceptrons, activations and epsilons as they are given', async () => {
    const { vision, text } = await read({
      vision_config: { intermediate_size: 4304, layer_norm_eps: 1e-6, hidden_act: 'gelu_new' },
      text_config: { intermediate_size: 100, hidden_act: 'gelu_pytorch_tanh' },
    });
    expect(vision).toMatchObject({ mlpWidth: 4304, layerNormEpsilon: 1e-6, activation: 'gelu-tanh' });
    expect(text).toMatchObject({ mlpWidth: 100, layerNormEpsilon: 1e-5, activation: 'gelu-tanh' });
  });

  it.each([
    ['vision_config.hidden_act', { vision_config: { hidden_act: 'relu' } }],
    ['vision_config: The image size', { vision_config: { image_size: 225 } }],
    ['text_config: The width', { text_config: { num_attention_heads: 7 } }],
    ['text_config.layer_norm_eps', { text_config: { layer_norm_eps: 0 } }],
    ['text_config.eos_token_id', { text_config: { eos_token_id: 49408 } }],
    ['text_config: width', { text_config: { hidden_size: 40000 } }],
    ['projection_dim', { projection_dim: 'many' }],
  ])('refuses what the networks do not have, naming %s', async (key, config) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'checkpoint-config',
      message: expect.stringContaining(`config.json: ${key}`) as string,
    });
  });
});
