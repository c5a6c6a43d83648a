import { byteTokens } from '../byteTokenizer.ts';
import type { LoadedItem } from '../loadedItem.ts';
import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Texts and proteins, byte by byte, as `input_ids`, for networks that have no vocabulary of their own. */
export function byteInput(context: number, vocabulary: number): Preparation {
  return {
    identity: { bytes: { context, vocabulary } },
    preparesCheaply: true,
    prepare(item) {
      const { tokens, isTruncated } = byteTokens(textOf(item), context, vocabulary);
      return Promise.resolve({ inputs: { input_ids: { shape: [context], data: tokens } }, isTruncated });
    },
  };
}

function textOf(item: LoadedItem): string {
  return item.content === 'protein' ? item.sequence : itemOf(item, 'text').text;
}
