import type { J2KDecoder } from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import { WasmFrameCodec } from './wasmFrameCodec.ts';

/** OpenJPEG, for DICOM files and for JPEG 2000 files. */
export const jpeg2000Codec = new WasmFrameCodec<J2KDecoder>(async (output) => {
  const { default: create } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
  return (await create(output)).J2KDecoder;
});
