import { fileRange } from '../../datasets/byteRange.ts';
import { openRegularFile } from '../../datasets/regularFile.ts';
import { readOnnxHeader, type OnnxHeader } from '../../graph/onnxHeader.ts';
import { fixedLength } from '../processModel.ts';
import type { TextInputs } from './textTokenizer.ts';

/**
 * What an ONNX model says of the texts that it takes, before it is started. A file that cannot be read says nothing:
 * whoever starts it says why.
 */
export async function textInputsOf(file: string): Promise<TextInputs> {
  const inputs = (await headerOf(file))?.inputs;
  if (inputs === undefined) return { length: null, takesMask: true };
  const tokens = inputs.find(({ name }) => name === 'input_ids') ?? inputs[0];
  return {
    length: fixedLength(tokens?.shape[1]),
    takesMask: inputs.some(({ name }) => name === 'attention_mask'),
  };
}

async function headerOf(file: string): Promise<OnnxHeader | null> {
  const opened = await openRegularFile(file).catch(() => null);
  if (opened === null) return null;
  const { handle, size } = opened;
  try {
    return await readOnnxHeader(fileRange(handle, file, 0, size), (found) => new Error(found)).catch(
      () => null,
    );
  } finally {
    await handle.close();
  }
}
