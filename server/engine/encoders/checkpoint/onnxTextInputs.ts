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
