import { expect, it } from 'vitest';
import { splitsOfOne } from '../../../server/engine/datasets/splitNames.ts';

it.each([
  [['train_image', 'val_image']],
  [['image-train', 'image-test', 'image-dev']],
  [['rank0_image', 'rank1_image']],
  [['rank 0', 'rank 1']],
  [['trainImage', 'testImage']],
  [['train', 'validation']],
  [['text_fold1', 'text_fold2']],
])('%j are parts of one', (names) => {
  expect(splitsOfOne(names)).toEqual([names]);
});

it.each([
  [['image', 'text']],
  [['train_image', 'train_text']],
  [['train_image', 'image']],
  [['layer_1', 'layer_2']],
  [['latest', 'brain']],
])('%j are not', (names) => {
  expect(splitsOfOne(names)).toEqual([]);
});

it('parts of several modalities are told apart', () => {
  expect(splitsOfOne(['train_image', 'train_text', 'val_image', 'val_text'])).toEqual([
    ['train_image', 'val_image'],
    ['train_text', 'val_text'],
  ]);
});
