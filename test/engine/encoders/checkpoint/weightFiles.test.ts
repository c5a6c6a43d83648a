import { describe, expect, it } from 'vitest';
import { weightFilesOf } from '../../../../server/engine/encoders/checkpoint/weightFiles.ts';

describe('the safetensors files of a model', () => {
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

  it.each([
    [['config.json', 'model.safetensors'], ['model.safetensors']],
    [[...shards, 'model.safetensors'], ['model.safetensors']],
    [['model.safetensors.index.json', ...shards.toReversed()], shards],
    [['model-00001-of-00003.safetensors', ...shards], shards],
    [shards.slice(1), null],
    [shards.slice(0, 1), null],
    [['model-00001-of-99999.safetensors'], null],
    [['model-00001-of-00000.safetensors'], null],
    [['onnx/model.onnx', 'sub/model.safetensors'], null],
  ])('%j', (files, expected) => {
    expect(weightFilesOf(files)).toEqual(expected);
  });
});
