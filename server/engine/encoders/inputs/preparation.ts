import type { Content } from '../../datasets/dataset.ts';
import { InputError } from '../../problems.ts';
import type { Encoder } from '../encoder.ts';
import type { LoadedItem } from '../loadedItem.ts';

/** How items of one content become a model's input. */
export interface Preparation extends Pick<Encoder, 'prepare' | 'preparesCheaply' | 'notes'> {
  /** What determines the input beside the item, as JSON or text: part of an encoder's fingerprint. */
  readonly identity: unknown;
}

/**
 * The item, known to be of a content.
 *
 * @throws InputError `encoder-content` when it is of another one.
 */
export function itemOf<C extends Content>(
  item: LoadedItem,
  content: C,
): Extract<LoadedItem, { readonly content: C }> {
  if (item.content !== content) {
    throw new InputError('encoder-content', `Expected an item of ${content}, found one of ${item.content}`);
  }
  // Sound: the tag was compared.
  return item as Extract<LoadedItem, { readonly content: C }>;
}
