import { extname } from 'node:path';
import { z } from 'zod';
import { listArchive, type ArchiveEntry } from './archiveEntries.ts';
import { bytesFrom } from './byteRange.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindMatrices } from './embeddingFiles.ts';
import { npyLayout, npyTypeProblem, readNpyHeader } from './npyHeader.ts';
import { storedMatrices, type StoredMatrix } from './storedArray.ts';

/** Embeddings as numpy's `savez` and `savez_compressed` write them: a zip archive of `.npy` arrays. */
export const npz = defineReader({
  kind: 'npz',
  title: 'NumPy archive (.npz)',
  description:
    'Precomputed embeddings in a .npz archive, compressed or not: every float array of shape (rows, columns) is a modality under its own name, of shape (modalities, rows, columns) one a slice, called `name-1`, `name-2`, …. Arrays of other types are left out. Nothing is unpacked to disk.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) => Promise.resolve(!isFolder && extname(path).toLowerCase() === '.npz'),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, findMatrices),
});

const findMatrices: FindMatrices = async (handle, file) => {
  const matrices: StoredMatrix[] = [];
  const unusable: { name: string; reason: string }[] = [];
  for (const entry of await listArchive(handle, file)) {
    const name = entry.name.replace(/\.npy$/, '');
    if (name === entry.name) {
      unusable.push({ name, reason: 'not a .npy array' });
      continue;
    }
    const found = await arrayOf(entry, name, file);
    if (typeof found === 'string') unusable.push({ name, reason: found });
    else matrices.push(...found);
  }
  return { file, matrices, unusable };
};

/** The matrices of an entry, or why it cannot be embeddings. */
async function arrayOf(entry: ArchiveEntry, name: string, file: string): Promise<StoredMatrix[] | string> {
  const where = `${file}, array ${name}`;
  const start = entry.bytes();
  const header = await readNpyHeader(start, where, file);
  const problem = npyTypeProblem(header.descr);
  if (problem !== null) return problem;
  const layout = npyLayout(header, start, where, file);
  if (header.shape.length !== 2 && header.shape.length !== 3) {
    return `it has ${header.shape.length} dimensions, shape (${header.shape.join(', ')})`;
  }
  return storedMatrices(name, file, layout, () => bytesFrom(entry.bytes(), header.dataOffset));
}
