import { describe, expect, it } from 'vitest';
import { onnxFilesOf } from '../../../../server/engine/encoders/modelSource/onnxFiles.ts';

describe('onnxFilesOf', () => {
  const files = [
    'config.json',
    'onnx/text_model.onnx',
    'onnx/text_model_fp16.onnx',
    'onnx/vision_model.onnx',
    'onnx/vision_model.onnx_data',
    'onnx/vision_model.onnx_data_1',
    'onnx/vision_model.onnx_data.txt',
    'onnx/vision_model_fp16.onnx',
    'onnx/vision_model_fp16.onnx_data',
    'onnx/vision_model_quantized.onnx',
  ];

  it('takes the model of the part, with the files beside it', () => {
    expect(onnxFilesOf(files, 'vision', 'fp32')).toEqual({
      path: 'onnx/vision_model.onnx',
      isWhole: false,
      dataFiles: ['onnx/vision_model.onnx_data', 'onnx/vision_model.onnx_data_1'],
    });
    expect(onnxFilesOf(files, 'text', 'fp16')).toEqual({
      path: 'onnx/text_model_fp16.onnx',
      isWhole: false,
      dataFiles: [],
    });
  });

  it('takes the whole model where there is none of the part, the one in onnx/ first', () => {
    const whole = ['model.onnx', 'model.onnx.data', 'onnx/model.onnx', 'onnx/model_fp16.onnx'];
    expect(onnxFilesOf(whole, 'audio', 'fp32')).toEqual({
      path: 'onnx/model.onnx',
      isWhole: true,
      dataFiles: [],
    });
    expect(onnxFilesOf(whole.slice(0, 2), 'audio', 'fp32')).toEqual({
      path: 'model.onnx',
      isWhole: true,
      dataFiles: ['model.onnx.data'],
    });
    expect(onnxFilesOf(whole, 'vision', 'fp16')?.path).toBe('onnx/model_fp16.onnx');
  });

  it('never takes another precision, nor another part', () => {
    expect(onnxFilesOf(['onnx/vision_model_quantized.onnx', 'onnx/model.onnx'], 'vision', 'fp16')).toBeNull();
    expect(onnxFilesOf(['onnx/text_model.onnx'], 'vision', 'fp32')).toBeNull();
  });
});
