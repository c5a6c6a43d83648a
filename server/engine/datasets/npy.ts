import { extname } from 'node:path';
import { z } from 'zod';
import { fileRange } from './byteRange.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindArrays } from './embeddingFiles.ts';
import { numbersInBytes, type FoundNumbers } from './foundArray.ts';
import { npyLayout, readNpyHeader } from './npyHeader.ts';

/** Embeddings as numpy's `save` writes them. Rows are read when asked for: a file may be larger than memory. */
export const npy = defineReader({
  kind: 'npy',
  title: 'NumPy array (.npy)',
  description:
    'Precomputed embeddings in a .npy file: float16, float32 or float64, or whole numbers of 8 bits, in either byte order and either memory order. The shape (rows, columns) is one modality, (modalities, rows, columns) one a slice; axes of length 1 are dropped. Large files are streamed.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) => Promise.resolve(!isFolder && extname(path).toLowerCase() === '.npy'),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, npyArrays),
});

/** The arrays of such a file. */
export const npyArrays: FindArrays = async (handle, file, size) => {
  const bytes = fileRange(handle, file, 0, size);
  const header = await readNpyHeader(bytes, file, file);
  const values = fileRange(handle, file, header.dataOffset, size - header.dataOffset);
  const array = numbersInBytes('modality', file, npyLayout(header, bytes, file, file), () => values);
  // A matrix is called as a slice is.
  const matrices: FoundNumbers['matrices'] = (shape) =>
    array.matrices(shape).map((matrix, at) => ({ ...matrix, name: `${array.name}-${at + 1}` }));
  return { file, arrays: [{ ...array, matrices }] };
};
