import { extname } from 'node:path';
import { z } from 'zod';
import { fileRange } from './byteRange.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindMatrices } from './embeddingFiles.ts';
import { npyLayout, readNpyHeader } from './npyHeader.ts';
import { storedMatrices } from './storedArray.ts';

/** Embeddings as numpy's `save` writes them. Rows are read when asked for: a file may be larger than memory. */
export const npy = defineReader({
  kind: 'npy',
  title: 'NumPy array (.npy)',
  description:
    'Precomputed embeddings in a .npy file: float16, float32 or float64, in either byte order and either memory order. The shape (rows, columns) is one modality, (modalities, rows, columns) one a slice. Large files are streamed.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) => Promise.resolve(!isFolder && extname(path).toLowerCase() === '.npy'),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, findMatrices),
});

const findMatrices: FindMatrices = async (handle, file, size) => {
  const bytes = fileRange(handle, file, 0, size);
  const header = await readNpyHeader(bytes, file, file);
  const layout = npyLayout(header, bytes, file, file);
  const values = fileRange(handle, file, header.dataOffset, size - header.dataOffset);
  const name = layout.shape.length === 3 ? 'modality' : 'modality-1';
  return { file, matrices: storedMatrices(name, file, layout, () => values), unusable: [] };
};
