import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Arrays of numbers as they are, as the one input of a model. */
export const tensorInput: Preparation = {
  identity: 'tensor',
  preparesCheaply: false,
  prepare(item) {
    const { tensor } = itemOf(item, 'tensor');
    return Promise.resolve({ inputs: { tensor }, isTruncated: false });
  },
};
