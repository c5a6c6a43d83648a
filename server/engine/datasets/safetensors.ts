import { extname } from 'node:path';
import { z } from 'zod';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindMatrices } from './embeddingFiles.ts';
import { safetensorsFloatTypes } from './floatTypes.ts';
import { readSafetensors } from './safetensorsFile.ts';
import { storedMatrices, type StoredMatrix } from './storedArray.ts';

/** Embeddings as Hugging Face's safetensors library writes them, and as runs write theirs. */
export const safetensors = defineReader({
  kind: 'safetensors',
  title: 'Safetensors (.safetensors)',
  description:
    'Precomputed embeddings in a .safetensors file: every float16, bfloat16, float32 or float64 tensor of shape (rows, columns) is a modality under its own name, of shape (modalities, rows, columns) one a slice, called `name-1`, `name-2`, …. Other tensors are left out. Large files are streamed.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) =>
    Promise.resolve(!isFolder && extname(path).toLowerCase() === '.safetensors'),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, findMatrices),
});

const findMatrices: FindMatrices = async (handle, file, size) => {
  const matrices: StoredMatrix[] = [];
  const unusable: { name: string; reason: string }[] = [];
  for (const { name, type: typeName, shape, bytes } of await readSafetensors(handle, file, size)) {
    const type = safetensorsFloatTypes[typeName];
    if (type === undefined) {
      unusable.push({ name, reason: `${typeName} values, expected F16, BF16, F32 or F64` });
    } else if (shape.length !== 2 && shape.length !== 3) {
      unusable.push({ name, reason: `it has ${shape.length} dimensions, shape (${shape.join(', ')})` });
    } else {
      matrices.push(...storedMatrices(name, file, { shape, type, fortranOrder: false }, () => bytes));
    }
  }
  return { file, matrices, unusable };
};
