import type { CheckpointTokenizer } from '../checkpoint/checkpointTokenizer.ts';
import type { PreparedItem } from '../encoder.ts';
import type { LoadedItem } from '../loadedItem.ts';
import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Texts as `input_ids`, with the `attention_mask` and the `token_type_ids` that some models take beside them. */
export function textInput(tokenizer: CheckpointTokenizer): Preparation {
  return tokensInput(tokenizer, (item) => itemOf(item, 'text').text);
}

/** Proteins likewise: a token for each amino acid. */
export function proteinInput(tokenizer: CheckpointTokenizer): Preparation {
  return tokensInput(tokenizer, (item) => itemOf(item, 'protein').sequence);
}

function tokensInput(tokenizer: CheckpointTokenizer, textOf: (item: LoadedItem) => string): Preparation {
  return {
    identity: { tokenizer: tokenizer.source },
    preparesCheaply: true,
    prepare(item): Promise<PreparedItem> {
      const { ids, attentionMask, types, isTruncated } = tokenizer.tokens(textOf(item));
      const shape = [ids.length];
      return Promise.resolve({
        inputs: {
          input_ids: { shape, data: ids },
          attention_mask: { shape, data: attentionMask },
          token_type_ids: { shape, data: types },
        },
        isTruncated,
      });
    },
  };
}
