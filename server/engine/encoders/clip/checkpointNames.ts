import type { ParameterSource, TensorNames } from '../checkpoint/checkpointWeights.ts';

/** `openai`: OpenAI's and open_clip's names, which the networks have too; `hugging-face`: those of `CLIPModel`. */
export type NamingStyle = 'openai' | 'hugging-face';

/** The style that the names of a checkpoint's tensors are in. */
export function namingStyle(names: Iterable<string>): NamingStyle {
  for (const name of names) if (/^(vision|text)_model\./.test(name)) return 'hugging-face';
  return 'openai';
}

/** Of which part of CLIP a tensor is; `neither` for the temperature and for tensors that no computation takes. */
export function tensorPart(name: string): 'image' | 'text' | 'neither' | 'unknown' {
  if (uncomputed.test(name)) return 'neither';
  if (/^(visual\.|vision_model\.|visual_projection\.)/.test(name)) return 'image';
  if (/^(transformer\.|token_embedding\.|ln_final\.|positional_embedding$|text_)/.test(name)) return 'text';
  return 'unknown';
}

/** The temperature; positions that count up, a causal mask, and sizes, which code has instead of them. */
const uncomputed =
  /^(logit_scale|input_resolution|context_length|vocab_size|attn_mask|(vision|text)_model\.embeddings\.position_ids)$/;

/** The tensors that hold a parameter of the networks `vit` or `clip-text`. */
export function parameterSource(parameter: string, style: NamingStyle): ParameterSource {
  if (style === 'openai') return { names: [parameter], transposed: false };
  const single = singleNames[parameter];
  if (single !== undefined) return { names: [single], transposed: projections.has(parameter) };
  const block = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.+)$/.exec(parameter);
  if (block === null) throw new RangeError(`CLIP has no parameter ${parameter}`);
  const prefix = `${block[1] === undefined ? 'text' : 'vision'}_model.encoder.layers.${block[2]}`;
  const [, joined] = /^attn\.in_proj_(.+)$/.exec(block[3]!) ?? [];
  if (joined !== undefined) {
    const names = ['q', 'k', 'v'].map((part) => `${prefix}.self_attn.${part}_proj.${joined}`);
    return { names, transposed: false };
  }
  const within = blockNames.reduce((name, [ours, theirs]) => name.replace(ours, theirs), block[3]!);
  return { names: [`${prefix}.${within}`], transposed: false };
}

const projections = new Set(['visual.proj', 'text_projection']);

const singleNames: Readonly<Record<string, string>> = {
  'visual.conv1.weight': 'vision_model.embeddings.patch_embedding.weight',
  'visual.class_embedding': 'vision_model.embeddings.class_embedding',
  'visual.positional_embedding': 'vision_model.embeddings.position_embedding.weight',
  // Misspelt there.
  'visual.ln_pre.weight': 'vision_model.pre_layrnorm.weight',
  'visual.ln_pre.bias': 'vision_model.pre_layrnorm.bias',
  'visual.ln_post.weight': 'vision_model.post_layernorm.weight',
  'visual.ln_post.bias': 'vision_model.post_layernorm.bias',
  'visual.proj': 'visual_projection.weight',
  'token_embedding.weight': 'text_model.embeddings.token_embedding.weight',
  positional_embedding: 'text_model.embeddings.position_embedding.weight',
  'ln_final.weight': 'text_model.final_layer_norm.weight',
  'ln_final.bias': 'text_model.final_layer_norm.bias',
  text_projection: 'text_projection.weight',
};

const blockNames: readonly (readonly [RegExp, string])[] = [
  [/^ln_1\./, 'layer_norm1.'],
  [/^ln_2\./, 'layer_norm2.'],
  [/^attn\.out_proj\./, 'self_attn.out_proj.'],
  [/^mlp\.c_fc\./, 'mlp.fc1.'],
  [/^mlp\.c_proj\./, 'mlp.fc2.'],
];

/** Where open_clip's `CustomTextCLIP` has the tensors of its texts. */
const textPrefix = 'text.';

/** The tensors of CLIP, in either style; those of texts behind `text.` too, in OpenAI's. */
export const clipTensors: TensorNames = {
  model: 'CLIP',
  scalars: ['logit_scale'],
  part: (name) =>
    name.startsWith(textPrefix) ? tensorPart(name.slice(textPrefix.length)) : tensorPart(name),
  sources(names) {
    const all = [...names];
    const style = namingStyle(all);
    const prefix = all.some((name) => name.startsWith(textPrefix)) ? textPrefix : '';
    return (parameter) => {
      const source = parameterSource(parameter, style);
      if (style !== 'openai' || parameter.startsWith('visual.')) return source;
      return { ...source, names: source.names.map((name) => `${prefix}${name}`) };
    };
  },
};
