import type { OnnxHeader } from '../../graph/onnxHeader.ts';
import { fixedLength } from '../processModel.ts';
import { modelHeader } from './modelHeader.ts';
import type { TextInputs } from './textTokenizer.ts';

/**
 * What an ONNX model says of the texts that it takes, before it is started. A file that cannot be read says nothing:
 * whoever starts it says why.
 */
export async function textInputsOf(file: string): Promise<TextInputs> {
  const inputs = (await modelHeader(file))?.inputs;
  if (inputs === undefined) return { length: null, takesMask: true };
  const tokens = inputs.find(({ name }) => name === 'input_ids') ?? inputs[0];
  return {
    length: fixedLength(tokens?.shape[1]),
    takesMask: inputs.some(({ name }) => name === 'attention_mask'),
  };
}

/** The outputs that an ONNX model says it has, before it is started; null for a file that cannot be read. */
export async function onnxOutputsOf(file: string): Promise<OnnxHeader['outputs'] | null> {
  return (await modelHeader(file))?.outputs ?? null;
}
