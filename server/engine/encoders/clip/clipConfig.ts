import { z } from 'zod';
import type { NetworkDefinition } from '../../networks/network.ts';
import { clipText } from '../../networks/clipText.ts';
import { vit } from '../../networks/vit.ts';
import { readCheckpointJson, unusable } from './checkpointFile.ts';

const count = z.int().min(1);

/** Files leave out what equals the default of Hugging Face's `CLIPConfig`, so the defaults here are those. */
const tower = {
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
  // The one value that the networks have, and that every published CLIP was trained with.
  layer_norm_eps: z.literal(1e-5).default(1e-5),
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
const configSchema = z.object({
  model_type: z.literal('clip'),
  projection_dim: count.default(512),
  text_config: textConfig.default(() => textConfig.parse({})),
  vision_config: visionConfig.default(() => visionConfig.parse({})),
});

/** The architecture of a CLIP checkpoint. */
export interface ClipConfig {
  readonly file: string;
  readonly vision: z.output<typeof vit.params>;
  readonly text: z.output<typeof clipText.params>;
  /**
   * The token whose first place a text's embedding is taken from; null where it is the highest token of each text, as
   * in checkpoints that were converted before 2023 and give 2 for it.
   */
  readonly endToken: number | null;
}

/** What checkpoints say that were converted before their end token was looked at. */
const legacyEndToken = 2;

/**
 * Reads the `config.json` of a CLIP checkpoint.
 *
 * @throws InputError as `readCheckpointJson`; `checkpoint-config` also for architectures that the networks do not have.
 */
export async function readClipConfig(folder: string): Promise<ClipConfig> {
  const { file, content } = await readCheckpointJson(folder, 'config.json', configSchema);
  const { text_config: text, vision_config: vision, projection_dim: dimension } = content;
  for (const [key, { hidden_size, intermediate_size }] of Object.entries({
    text_config: text,
    vision_config: vision,
  })) {
    if (intermediate_size !== 4 * hidden_size) {
      throw unusable(
        file,
        `${key}.intermediate_size`,
        `found ${intermediate_size}, expected 4 × hidden_size = ${4 * hidden_size}`,
      );
    }
  }
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
    vision: valid(file, 'vision_config', vit, {
      imageSize: vision.image_size,
      patchSize: vision.patch_size,
      ...common(vision),
      dimension,
    }),
    text: valid(file, 'text_config', clipText, {
      vocabulary: text.vocab_size,
      context: text.max_position_embeddings,
      ...common(text),
      dimension,
    }),
    endToken,
  };
}

function common({
  hidden_size,
  num_hidden_layers,
  num_attention_heads,
  hidden_act,
}: z.output<typeof textConfig> | z.output<typeof visionConfig>): Record<string, unknown> {
  return {
    width: hidden_size,
    layers: num_hidden_layers,
    heads: num_attention_heads,
    activation: hidden_act === 'gelu' ? 'gelu' : 'quick-gelu',
  };
}

function valid<Params extends z.ZodObject>(
  file: string,
  key: string,
  network: NetworkDefinition<Params>,
  given: Record<string, unknown>,
): z.output<Params> {
  const checked = network.params.safeParse(given);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0]!;
    throw unusable(file, key, `${path.join('.')}: ${message}`);
  }
  const [problem] = network.check?.(checked.data) ?? [];
  if (problem) throw unusable(file, key, problem.message);
  return checked.data;
}
