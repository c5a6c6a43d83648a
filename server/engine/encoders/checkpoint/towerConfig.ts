import { z } from 'zod';
import type { NetworkDefinition } from '../../networks/network.ts';
import { describeMismatch } from '../../schemaMismatch.ts';
import { unusable } from './checkpointFile.ts';

export const count = z.int().min(1);

/** Hugging Face's names of non-linearities, and those that networks have for them. */
const activations = {
  quick_gelu: 'quick-gelu',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
} as const;

export const hiddenActivation = z.enum(['quick_gelu', 'gelu', 'gelu_new', 'gelu_pytorch_tanh']);

/** The keys that Hugging Face's configurations have for the transformer of a part. */
export interface TowerConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_act: z.output<typeof hiddenActivation>;
  readonly layer_norm_eps: number;
}

/** They as the parameters of a network. */
export function towerParams(tower: TowerConfig): Record<string, unknown> {
  return {
    width: tower.hidden_size,
    mlpWidth: tower.intermediate_size,
    layers: tower.num_hidden_layers,
    heads: tower.num_attention_heads,
    activation: activations[tower.hidden_act],
    layerNormEpsilon: tower.layer_norm_eps,
  };
}

/**
 * The parameters of a network, valid together.
 *
 * @param key of the file, for the message.
 * @throws InputError `checkpoint-config` when the network cannot have them.
 */
export function validParams<Params extends z.ZodObject>(
  file: string,
  key: string,
  network: NetworkDefinition<Params>,
  given: Record<string, unknown>,
): z.output<Params> {
  const checked = network.params.safeParse(given);
  if (!checked.success) throw unusable(file, key, describeMismatch(checked.error, given));
  const [problem] = network.check?.(checked.data) ?? [];
  if (problem) throw unusable(file, key, problem.message);
  return checked.data;
}

/** A type of models that are one tower of another type: `siglip_text_model` of `siglip`. */
const towerPattern = /^(clip|siglip)_(text|vision)_model$/;

/** The tower that a model's type stands for alone, and whose; null for other types. */
export function towerOfType(
  type: string,
): { readonly whole: string; readonly tower: 'text' | 'vision' } | null {
  const [, whole, tower] = towerPattern.exec(type) ?? [];
  return whole === undefined ? null : { whole, tower: tower as 'text' | 'vision' };
}

/** Puts the configuration of a tower that was saved alone to where that of a whole model has it, with `is_tower`. */
export function wholeConfig(whole: string): (content: unknown) => unknown {
  return (content) => {
    const type =
      typeof content === 'object' && content !== null
        ? (Reflect.get(content, 'model_type') as unknown)
        : null;
    const found = typeof type === 'string' ? towerOfType(type) : null;
    if (found?.whole !== whole) return content;
    return { ...(content as object), model_type: whole, is_tower: true, [`${found.tower}_config`]: content };
  };
}
