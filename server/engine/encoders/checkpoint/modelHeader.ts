import { fileRange } from '../../datasets/byteRange.ts';
import { openRegularFile } from '../../datasets/regularFile.ts';
import { readOnnxHeader, type OnnxHeader } from '../../graph/onnxHeader.ts';

/** What an ONNX file says of its model, before it is started; null where it cannot be read: whoever starts it says why. */
export async function modelHeader(file: string): Promise<OnnxHeader | null> {
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
