import { extname } from 'node:path';
import { z } from 'zod';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindArrays } from './embeddingFiles.ts';
import { numbersInBytes } from './foundArray.ts';
import { safetensorsNumberTypes } from './numberTypes.ts';
import { readSafetensors } from './safetensorsFile.ts';

/** Embeddings as Hugging Face's safetensors library writes them, and as runs write theirs. */
export const safetensors = defineReader({
  kind: 'safetensors',
  title: 'Safetensors (.safetensors)',
  description:
    'Precomputed embeddings in a .safetensors file: every float16, bfloat16, float32 or float64 tensor of shape (rows, columns) is a modality under its own name, of shape (modalities, rows, columns) one a slice, called `name-1`, `name-2`, …. Whole numbers are where they are of that shape too; other tensors are left out and named. Large files are streamed.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) =>
    Promise.resolve(!isFolder && extname(path).toLowerCase() === '.safetensors'),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, safetensorsArrays),
});

/** The arrays of such a file. */
export const safetensorsArrays: FindArrays = async (handle, file, size) => ({
  file,
  arrays: (await readSafetensors(handle, file, size)).map(({ name, type: typeName, shape, bytes }) => {
    const type = safetensorsNumberTypes[typeName];
    return type === undefined
      ? { name, type: typeName, shape, numbers: null, advice: 'save it with .to(torch.float32)' }
      : numbersInBytes(name, file, { shape, type, fortranOrder: false }, () => bytes);
  }),
});
