import { z } from 'zod';
import { siglipText } from '../../networks/siglipText.ts';
import { siglipVision } from '../../networks/siglipVision.ts';
import { readCheckpointJson } from '../checkpoint/checkpointFile.ts';
import { count, hiddenActivation, towerParams, validParams, wholeConfig } from '../checkpoint/towerConfig.ts';

/** Files leave out what equals the default of Hugging Face's `SiglipConfig`, so the defaults here are those. */
const tower = {
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  hidden_act: hiddenActivation.default('gelu_pytorch_tanh'),
  layer_norm_eps: z.number().positive().default(1e-6),
};
const textConfig = z.object({
  ...tower,
  vocab_size: count.default(32000),
  max_position_embeddings: count.default(64),
  projection_size: count.nullish(),
});
const visionConfig = z.object({
  ...tower,
  image_size: count.default(224),
  patch_size: count.default(16),
  num_channels: z.literal(3).default(3),
  vision_use_head: z.literal(true).default(true),
});
const configSchema = z.preprocess(
  wholeConfig('siglip'),
  z.object({
    model_type: z.literal('siglip'),
    is_tower: z.boolean().default(false),
    text_config: textConfig.default(() => textConfig.parse({})),
    vision_config: visionConfig.default(() => visionConfig.parse({})),
  }),
);

/** The architecture of a SigLIP checkpoint. */
export interface SiglipConfig {
  readonly vision: z.output<typeof siglipVision.params>;
  readonly text: z.output<typeof siglipText.params>;
  /** Whether it is that of both towers, with what they learned together. */
  readonly isWhole: boolean;
}

/**
 * Reads the `config.json` of a SigLIP checkpoint, whole or of one of its towers.
 *
 * @throws InputError as `readCheckpointJson`; `checkpoint-config` also for architectures that the networks do not have.
 */
export async function readSiglipConfig(folder: string): Promise<SiglipConfig> {
  const { file, content } = await readCheckpointJson(folder, 'config.json', configSchema);
  const { text_config: text, vision_config: vision } = content;
  return {
    isWhole: !content.is_tower,
    vision: validParams(file, 'vision_config', siglipVision, {
      imageSize: vision.image_size,
      patchSize: vision.patch_size,
      ...towerParams(vision),
    }),
    text: validParams(file, 'text_config', siglipText, {
      vocabulary: text.vocab_size,
      context: text.max_position_embeddings,
      ...towerParams(text),
      dimension: text.projection_size ?? text.hidden_size,
    }),
  };
}
