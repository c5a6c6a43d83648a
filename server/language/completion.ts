import type { CompletionItem } from 'vscode-languageserver-types';
import { cursorPlace } from './cursorPlace.ts';
import type { Facts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';
import { keyItems } from './keyCompletion.ts';
import { namedItems } from './nameCompletion.ts';
import { valueItems } from './valueCompletion.ts';

/** Characters that open the list without being asked. */
export const completionTriggers: readonly string[] = [':', ' ', '-', '/', '"', "'", '[', '{', ','];

/**
 * What may be written at an offset: keys that are not there yet, kinds, values of a list, files, columns, modalities.
 * Works in texts that are incomplete or broken elsewhere. Facts that are not known yet are left out; asking again,
 * once they are, finds them.
 */
export function completionsAt(document: GapDocument, offset: number, facts: Facts): CompletionItem[] {
  const place = cursorPlace(document, offset);
  if (place === undefined) return [];
  const context = { document, place, facts };
  return [
    ...(place.mapping === null ? [] : keyItems(context, place.mapping)),
    ...(place.value === null
      ? []
      : [...valueItems(context, place.value), ...namedItems(context, place.value)]),
  ];
}
