import type { ParameterSource, TensorNames } from '../checkpoint/checkpointWeights.ts';
import { clipTensors } from '../clip/checkpointNames.ts';
import type { OpenClipText, OpenClipVision } from './openClipConfig.ts';

/**
 * How open_clip names the tensors of a model: those of images behind `visual.`, those of texts behind `text.` where the
 * model is a `CustomTextCLIP`. Vision transformers of timm have timm's names behind `visual.trunk.`.
 *
 * @param kind of the network that takes them.
 * @param hasBias Whether the model learned a bias beside the temperature.
 */
export function openClipTensors(
  kind: (OpenClipVision | OpenClipText)['kind'],
  hasBias: boolean,
): TensorNames {
  return {
    model: 'open_clip model',
    scalars: hasBias ? ['logit_scale', 'logit_bias'] : ['logit_scale'],
    part: (name) => (name === 'logit_bias' ? 'neither' : clipTensors.part(name)),
    sources(names) {
      if (kind === 'clip') return clipTensors.sources(names);
      const prefix = [...names].some((name) => name.startsWith('text.')) ? 'text.' : '';
      return (parameter) => siglipSource(parameter, prefix);
    },
  };
}

/** Whole names of the parameters of the networks `siglip-vision` and `siglip-text`. */
const single: Readonly<Record<string, ParameterSource>> = {
  'vision_model.embeddings.patch_embedding.weight': tensor('visual.trunk.patch_embed.proj.weight'),
  'vision_model.embeddings.patch_embedding.bias': tensor('visual.trunk.patch_embed.proj.bias'),
  'vision_model.embeddings.position_embedding.weight': {
    ...tensor('visual.trunk.pos_embed'),
    extraAxes: 1,
  },
  'vision_model.head.probe': tensor('visual.trunk.attn_pool.latent'),
  'vision_model.head.attention.in_proj_weight': queryAndRest('weight'),
  'vision_model.head.attention.in_proj_bias': queryAndRest('bias'),
};

const textSingle: Readonly<Record<string, string>> = {
  'text_model.embeddings.token_embedding.weight': 'token_embedding.weight',
  'text_model.embeddings.position_embedding.weight': 'positional_embedding',
  'text_model.final_layer_norm.weight': 'ln_final.weight',
  'text_model.final_layer_norm.bias': 'ln_final.bias',
  'text_model.head.weight': 'text_projection.weight',
  'text_model.head.bias': 'text_projection.bias',
};

function tensor(name: string): ParameterSource {
  return { names: [name], transposed: false };
}

function queryAndRest(kind: string): ParameterSource {
  const names = ['q', 'kv'].map((part) => `visual.trunk.attn_pool.${part}.${kind}`);
  return { names, transposed: false, shares: [1, 2] };
}

const timmNames: readonly (readonly [RegExp, string])[] = [
  [/^vision_model\.encoder\.layers\./, 'visual.trunk.blocks.'],
  [/^vision_model\.post_layernorm\./, 'visual.trunk.norm.'],
  [/^vision_model\.head\.attention\.out_proj\./, 'visual.trunk.attn_pool.proj.'],
  [/^vision_model\.head\.layernorm\./, 'visual.trunk.attn_pool.norm.'],
  [/^vision_model\.head\.mlp\./, 'visual.trunk.attn_pool.mlp.'],
  [/\.layer_norm([12])\./, '.norm$1.'],
  [/\.self_attn\.out_proj\./, '.attn.proj.'],
];

const blockNames: readonly (readonly [RegExp, string])[] = [
  [/^text_model\.encoder\.layers\./, 'transformer.resblocks.'],
  [/\.layer_norm([12])\./, '.ln_$1.'],
  [/\.self_attn\.out_proj\./, '.attn.out_proj.'],
  [/\.mlp\.fc1\./, '.mlp.c_fc.'],
  [/\.mlp\.fc2\./, '.mlp.c_proj.'],
];

function siglipSource(parameter: string, textPrefix: string): ParameterSource {
  const whole = single[parameter];
  if (whole !== undefined) return whole;
  const isText = parameter.startsWith('text_model.');
  const text = textSingle[parameter];
  if (text !== undefined) return tensor(`${textPrefix}${text}`);
  const [, block, part, kind] = /^(.+)\.self_attn\.([qkv])_proj\.(weight|bias)$/.exec(parameter) ?? [];
  const renamed = (name: string): string =>
    (isText ? blockNames : timmNames).reduce(
      (changed, [ours, theirs]) => changed.replace(ours, theirs),
      name,
    );
  const prefix = isText ? textPrefix : '';
  if (block === undefined) return tensor(`${prefix}${renamed(parameter)}`);
  // Queries, keys and values lie together there.
  const joined = isText ? `attn.in_proj_${kind}` : `attn.qkv.${kind}`;
  return {
    ...tensor(`${prefix}${renamed(`${block}.`)}${joined}`),
    part: { index: 'qkv'.indexOf(part!), of: 3 },
  };
}
