import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { openContainer } from './containers/openContainer.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddings } from './embeddingFiles.ts';

/** Embeddings as zarr-python writes them. */
export const zarr = defineReader({
  kind: 'zarr',
  title: 'Zarr (.zarr)',
  description:
    'Precomputed embeddings in a Zarr hierarchy of version 2 or 3, a folder or a .zarr.zip: every array of floats of shape (rows, columns) is a modality, named by the way to it (`clip/image`), of shape (modalities, rows, columns) one a slice. Whole numbers are where they are of that shape too; other arrays are left out and named. In either byte order and memory order, sharded or not, compressed by Blosc, Zstandard, LZ4, gzip or zlib. Large arrays are streamed; chunks that are not there are read as the fill value, and counted.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: async (path, isFolder) => {
    if (!isFolder) return /\.zarr\.zip$/i.test(path);
    const names = await readdir(path).catch(() => []);
    return names.some((name) => ['.zgroup', '.zarray', 'zarr.json', '.zmetadata'].includes(name));
  },
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddings(params, context, (path) => openContainer('zarr', { path })),
});
