import { z } from 'zod';
import { clipText } from '../../networks/clipText.ts';
import { vit } from '../../networks/vit.ts';
import { readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';
import { count, hiddenActivation, towerParams, validParams, wholeConfig } from '../checkpoint/towerConfig.ts';

/** Files leave out what equals the default of Hugging Face's `CLIPConfig`, so the defaults here are those. */
const tower = {
  hidden_act: hiddenActivation.default('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
  num_hidden_layers: count.default(12),
};
const textConfig = z.object({
  ...tower,
  vocab_size: count.default(49408),
  max_position_embeddings: count.default(77),
  hidden_size: count.default(512),
  intermediate_size: count.default(2048),
  num_attention_heads: count.default(8),
  eos_token_id: z.int().min(0).default(49407),
});
const visionConfig = z.object({
  ...tower,
  image_size: count.default(224),
  patch_size: count.default(32),
  num_channels: z.literal(3).default(3),
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_attention_heads: count.default(12),
});
const configSchema = z.preprocess(
  wholeConfig('clip'),
  z.object({
    model_type: z.literal('clip'),
    is_tower: z.boolean().default(false),
    projection_dim: count.default(512),
    text_config: textConfig.default(() => textConfig.parse({})),
    vision_config: visionConfig.default(() => visionConfig.parse({})),
  }),
);

/** The architecture of a CLIP checkpoint. */
export interface ClipConfig {
  readonly file: string;
  readonly vision: z.output<typeof vit.params>;
  readonly text: z.output<typeof clipText.params>;
  /** Whether it is that of both towers, with the temperature that they learned together. */
  readonly isWhole: boolean;
  /**
   * The token whose first place a text's embedding is taken from; null where it is the highest token of each text, as
   * in checkpoints that were converted before 2023 and give 2 for it.
   */
  readonly endToken: number | null;
}

/** What checkpoints say that were converted before their end token was looked at. */
const legacyEndToken = 2;

/**
 * Reads the `config.json` of a CLIP checkpoint, whole or of one of its towers.
 *
 * @throws InputError as `readCheckpointJson`; `checkpoint-config` also for architectures that the networks do not have.
 */
export async function readClipConfig(folder: string): Promise<ClipConfig> {
  const { file, content } = await readCheckpointJson(folder, 'config.json', configSchema);
  const { text_config: text, vision_config: vision, projection_dim: dimension } = content;
  const endToken = text.eos_token_id === legacyEndToken ? null : text.eos_token_id;
  if (endToken !== null && endToken >= text.vocab_size) {
    throw unusable(
      file,
      'text_config.eos_token_id',
      `found ${endToken}, expected less than vocab_size = ${text.vocab_size}`,
    );
  }
  return {
    file,
    isWhole: !content.is_tower,
    vision: validParams(file, 'vision_config', vit, {
      imageSize: vision.image_size,
      patchSize: vision.patch_size,
      ...towerParams(vision),
      dimension,
    }),
    text: validParams(file, 'text_config', clipText, {
      vocabulary: text.vocab_size,
      context: text.max_position_embeddings,
      ...towerParams(text),
      dimension,
    }),
    endToken,
  };
}
