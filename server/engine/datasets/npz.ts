import { extname } from 'node:path';
import { z } from 'zod';
import { listArchive } from './archiveEntries.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindArrays } from './embeddingFiles.ts';
import type { FoundArray } from './foundArray.ts';
import { npyArray } from './npyArray.ts';

/** Embeddings as numpy's `savez` and `savez_compressed` write them: a zip archive of `.npy` arrays. */
export const npz = defineReader({
  kind: 'npz',
  title: 'NumPy archive (.npz)',
  description:
    'Precomputed embeddings in a .npz archive, compressed or not: every float array of shape (rows, columns) is a modality under its own name, of shape (modalities, rows, columns) one a slice, called `name-1`, `name-2`, …. Whole numbers are where they are of that shape too; other arrays are left out and named. Nothing is unpacked to disk.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) => Promise.resolve(!isFolder && extname(path).toLowerCase() === '.npz'),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, npzArrays),
});

/** The arrays of such a file. */
export const npzArrays: FindArrays = async (handle, file) => {
  const arrays: FoundArray[] = [];
  for (const entry of await listArchive(handle, file)) {
    const member = entry.name;
    const name = member.replace(/\.npy$/, '');
    arrays.push(
      name === member
        ? { name, type: 'not a .npy array', shape: null, numbers: null }
        : await npyArray(name, `${file}, array ${name}`, file, () => entry.bytes()),
    );
  }
  return { file, arrays };
};
