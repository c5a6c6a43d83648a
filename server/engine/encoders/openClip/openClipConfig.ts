import { z } from 'zod';
import { clipText } from '../../networks/clipText.ts';
import { siglipText } from '../../networks/siglipText.ts';
import { siglipVision } from '../../networks/siglipVision.ts';
import { vit } from '../../networks/vit.ts';
import { readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';
import { count, validParams } from '../checkpoint/towerConfig.ts';
import type { InputError } from '../../problems.ts';

export const openClipConfigName = 'open_clip_config.json';

const positive = z.number().positive();
const flag = z.boolean().nullish();
const text = z.string().nullish();
const keywords = z.looseObject({}).nullish();
const square = z.union([count, z.tuple([count, count])]);
const channels = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]).nullish();

/** Defaults are those of open_clip's `CLIPVisionCfg` and `CLIPTextCfg` (src/open_clip/model.py). */
const visionSchema = z.looseObject({
  layers: z.union([count, z.array(count)]).default(12),
  width: count.default(768),
  head_width: count.default(64),
  mlp_ratio: positive.default(4),
  patch_size: square.default(16),
  image_size: square.default(224),
  pool_type: z.string().default('tok'),
  act_kwargs: keywords,
  norm_kwargs: keywords,
  timm_model_name: text,
  timm_pool: text,
  timm_proj: text,
  timm_model_kwargs: keywords,
});
const textSchema = z.looseObject({
  context_length: count.default(77),
  vocab_size: count.default(49408),
  hf_tokenizer_name: text,
  tokenizer_kwargs: keywords,
  width: count.default(512),
  heads: count.default(8),
  layers: count.default(12),
  mlp_ratio: positive.default(4),
  no_causal_mask: flag,
  pool_type: z.string().default('argmax'),
  eos_id: z.int().min(0).nullish(),
  proj_type: z.string().nullish(),
  proj_bias: flag,
  act_kwargs: keywords,
  norm_kwargs: keywords,
  hf_model_name: text,
});
const configSchema = z.looseObject({
  model_cfg: z.looseObject({
    embed_dim: count,
    vision_cfg: visionSchema,
    text_cfg: textSchema,
    quick_gelu: flag,
    init_logit_bias: z.number().nullish(),
  }),
  preprocess_cfg: z
    .looseObject({
      mean: channels,
      std: channels,
      interpolation: z.enum(['bicubic', 'bilinear', 'random']).nullish(),
      resize_mode: z.enum(['shortest', 'longest', 'squash']).nullish(),
      fill_color: z.literal(0).nullish(),
    })
    .nullish(),
});

/** An `open_clip_config.json` as it was read. */
export interface OpenClipConfig {
  readonly file: string;
  readonly model: z.output<typeof configSchema>['model_cfg'];
  readonly preprocessing: NonNullable<z.output<typeof configSchema>['preprocess_cfg']>;
}

type ModelConfig = OpenClipConfig['model'];

/** What change nothing about what a trained model computes, or say where the weights come from. */
const withoutEffect = new Set([
  'patch_dropout',
  'output_tokens',
  'image_seq_len',
  'attn_pooler_queries',
  'attn_pooler_heads',
  'pad_id',
  'bos_id',
  // Fixed positions are saved as learned ones are.
  'pos_embed_type',
  'timm_model_pretrained',
  'timm_drop',
  'timm_drop_path',
  'timm_proj_bias',
  'hf_model_pretrained',
  'hf_proj_type',
  'hf_pooler_type',
  'hf_model_config',
]);
/** Values that stand for what the networks do in any case. */
const usual: Readonly<Record<string, unknown>> = {
  text_arch: 'clip',
  block_type: 'default',
  norm_placement: 'pre',
};

/**
 * Reads the `open_clip_config.json` of a folder.
 *
 * @throws InputError as `readCheckpointJson`.
 */
export async function readOpenClipConfig(folder: string): Promise<OpenClipConfig> {
  const { file, content } = await readCheckpointJson(folder, openClipConfigName, configSchema);
  return { file, model: content.model_cfg, preprocessing: content.preprocess_cfg ?? {} };
}

/** The network of open_clip's images: CLIP's vision transformer, or SigLIP's, which it takes from timm. */
export type OpenClipVision =
  | { readonly kind: 'clip'; readonly params: z.output<typeof vit.params> }
  | { readonly kind: 'siglip'; readonly params: z.output<typeof siglipVision.params> };

/** The network of its texts; `endToken` as in `ClipConfig`. */
export type OpenClipText =
  | {
      readonly kind: 'clip';
      readonly params: z.output<typeof clipText.params>;
      readonly endToken: number | null;
    }
  | { readonly kind: 'siglip'; readonly params: z.output<typeof siglipText.params> };

/**
 * The network that embeds images.
 *
 * @param shapes of the checkpoint's tensors: timm's models are named, not described.
 * @throws InputError `checkpoint-config`, which names the key, for towers that there is no network for.
 */
export function openClipVision(
  { file, model }: OpenClipConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
): OpenClipVision {
  const key = 'model_cfg.vision_cfg';
  const vision = model.vision_cfg;
  const refuse = refusal(file, key);
  checkKeys(vision, visionSchema.shape, refuse);
  if (typeof vision.timm_model_name === 'string') return timmVision(file, vision, shapes, refuse);
  if (typeof vision.layers !== 'number')
    throw refuse('layers', vision.layers, 'a number: that of a ResNet is');
  if (vision.pool_type !== 'tok') throw refuse('pool_type', vision.pool_type, '"tok"');
  return {
    kind: 'clip',
    params: validParams(file, key, vit, {
      imageSize: edgeOf(vision.image_size, 'image_size', refuse),
      patchSize: edgeOf(vision.patch_size, 'patch_size', refuse),
      ...blocksOf(vision, vision.layers, model, refuse),
      heads: Math.floor(vision.width / vision.head_width),
      layerNormEpsilon: epsilonOf(vision, 1e-5, refuse),
      dimension: model.embed_dim,
    }),
  };
}

/**
 * The network that embeds texts: causal with the embedding at the end, as CLIP's, or neither, as SigLIP's.
 *
 * @throws InputError `checkpoint-config`, which names the key, for towers that there is no network for.
 */
export function openClipText({ file, model }: OpenClipConfig): OpenClipText {
  const key = 'model_cfg.text_cfg';
  const config = model.text_cfg;
  const refuse = refusal(file, key);
  if (typeof config.hf_model_name === 'string') {
    throw refuse(
      'hf_model_name',
      config.hf_model_name,
      'none: texts of such a model go through another library’s',
    );
  }
  checkKeys(config, textSchema.shape, refuse);
  if (config.proj_type !== undefined && config.proj_type !== null && config.proj_type !== 'linear') {
    throw refuse('proj_type', config.proj_type, '"linear"');
  }
  const shared = {
    vocabulary: config.vocab_size,
    context: config.context_length,
    heads: config.heads,
    dimension: model.embed_dim,
    ...blocksOf(config, config.layers, model, refuse),
    layerNormEpsilon: epsilonOf(config, 1e-5, refuse),
  };
  if (config.no_causal_mask === true) {
    if (config.pool_type !== 'last')
      throw refuse('pool_type', config.pool_type, '"last" where no_causal_mask is true');
    if (config.proj_bias !== true)
      throw refuse('proj_bias', config.proj_bias, 'true where no_causal_mask is true');
    return { kind: 'siglip', params: validParams(file, key, siglipText, shared) };
  }
  if (config.proj_bias === true) throw refuse('proj_bias', true, 'true only where no_causal_mask is true');
  return {
    kind: 'clip',
    params: validParams(file, key, clipText, shared),
    endToken: endTokenOf(config, refuse),
  };
}

type Refusal = (key: string, found: unknown, expected: string) => InputError;

function refusal(file: string, prefix: string): Refusal {
  return (key, found, expected) =>
    unusable(
      file,
      `${prefix}.${key}`,
      `found ${(JSON.stringify(found) as string | undefined)?.slice(0, 80) ?? 'nothing'}, expected ${expected}; there is no network for others here, an ONNX export can be used`,
    );
}

function checkKeys(config: Readonly<Record<string, unknown>>, known: object, refuse: Refusal): void {
  for (const [key, value] of Object.entries(config)) {
    const isUsual = value === null || value === false || value === usual[key];
    if (!(key in known) && !withoutEffect.has(key) && !isUsual) throw refuse(key, value, 'none');
  }
}

function endTokenOf(
  { pool_type: pool, eos_id: end }: ModelConfig['text_cfg'],
  refuse: Refusal,
): number | null {
  if (pool === 'argmax') return null;
  if (pool !== 'eos') throw refuse('pool_type', pool, '"argmax" or "eos"');
  if (end === undefined || end === null)
    throw refuse('eos_id', end, 'the token that ends a text, as pool_type is "eos"');
  return end;
}

function edgeOf(size: number | readonly [number, number], key: string, refuse: Refusal): number {
  if (typeof size === 'number') return size;
  if (size[0] !== size[1]) throw refuse(key, size, 'a square');
  return size[0];
}

function blocksOf(
  tower: Pick<ModelConfig['text_cfg'], 'width' | 'mlp_ratio' | 'act_kwargs'>,
  layers: number,
  { quick_gelu: isQuick }: ModelConfig,
  refuse: Refusal,
): { width: number; mlpWidth: number; layers: number; activation: string } {
  const { approximate, ...others } = tower.act_kwargs ?? {};
  if (Object.keys(others).length > 0)
    throw refuse('act_kwargs', tower.act_kwargs, 'nothing but "approximate"');
  const isTanh = approximate === 'tanh';
  if (!isTanh && approximate !== undefined && approximate !== 'none') {
    throw refuse('act_kwargs.approximate', approximate, '"tanh" or "none"');
  }
  return {
    width: tower.width,
    mlpWidth: Math.floor(tower.width * tower.mlp_ratio),
    layers,
    activation: isQuick === true ? 'quick-gelu' : isTanh ? 'gelu-tanh' : 'gelu',
  };
}

function epsilonOf(
  { norm_kwargs: given }: Pick<ModelConfig['text_cfg'], 'norm_kwargs'>,
  usualOne: number,
  refuse: Refusal,
): number {
  const { eps, ...others } = given ?? {};
  if (Object.keys(others).length > 0) throw refuse('norm_kwargs', given, 'nothing but "eps"');
  if (eps === undefined) return usualOne;
  if (typeof eps !== 'number') throw refuse('norm_kwargs.eps', eps, 'a number');
  return eps;
}

/** Heads of timm's vision transformers, by their sizes (timm, models/vision_transformer.py). */
const timmHeads: Readonly<Record<string, number>> = { base: 12, large: 16, so400m: 16, giantopt: 16 };
/** Those that were made for SigLIP 2, or converted with its activation. */
const timmTanh = /^(base_patch32|large_patch16_siglip_512|so400m_patch16|giantopt)/;

function timmVision(
  file: string,
  vision: ModelConfig['vision_cfg'],
  shapes: ReadonlyMap<string, readonly number[]>,
  refuse: Refusal,
): OpenClipVision {
  const name = vision.timm_model_name!;
  const [, rest, size, patch] =
    /^vit_((base|large|so400m|giantopt)_patch(\d+)_siglip_\d+)(?:\.\w+)?$/.exec(name) ?? [];
  if (rest === undefined || size === undefined || patch === undefined) {
    throw refuse('timm_model_name', name, 'none, or SigLIP’s vit_…_siglip_…');
  }
  if (vision.timm_pool !== 'map') throw refuse('timm_pool', vision.timm_pool, '"map"');
  if (vision.timm_proj !== 'none') throw refuse('timm_proj', vision.timm_proj, '"none"');
  if (Object.keys(vision.timm_model_kwargs ?? {}).length > 0) {
    throw refuse('timm_model_kwargs', vision.timm_model_kwargs, 'none');
  }
  const [mlpWidth = 1, width = 1] = shapes.get('visual.trunk.blocks.0.mlp.fc1.weight') ?? [];
  const blocks = [...shapes.keys()].flatMap((key) => /^visual\.trunk\.blocks\.(\d+)\./.exec(key)?.[1] ?? []);
  return {
    kind: 'siglip',
    params: validParams(file, 'model_cfg.vision_cfg', siglipVision, {
      imageSize: edgeOf(vision.image_size, 'image_size', refuse),
      patchSize: Number(patch),
      width,
      mlpWidth,
      layers: blocks.reduce((most, block) => Math.max(most, Number(block) + 1), 1),
      heads: timmHeads[size],
      activation: timmTanh.test(rest) ? 'gelu-tanh' : 'gelu',
      layerNormEpsilon: 1e-6,
    }),
  };
}
