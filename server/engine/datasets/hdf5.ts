import { extname } from 'node:path';
import { z } from 'zod';
import { openContainer } from './containers/openContainer.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindArrays } from './embeddingFiles.ts';

/** What the names of HDF5 files end in. */
export const hdf5Extensions = ['.h5', '.hdf5', '.hdf', '.he5', '.mat'] as const;

/** The datasets of an HDF5 file. */
export const hdf5Arrays: FindArrays = (_, path) => openContainer('hdf5', { path });

/** Embeddings as h5py, PyTables and MATLAB 7.3 write them. */
export const hdf5 = defineReader({
  kind: 'hdf5',
  title: 'HDF5 (.h5, .hdf5), MATLAB 7.3 (.mat)',
  description:
    'Precomputed embeddings in an HDF5 file: every dataset of floats of shape (rows, columns) is a modality, named by the way to it (`clip/image`), of shape (modalities, rows, columns) one a slice. Whole numbers are where they are of that shape too; other datasets are left out and named. Chunked or not, in either byte order, compressed by gzip, szip, LZF, Blosc, LZ4, Zstandard, bitshuffle or bzip2. Large files are streamed; no other file is read, whatever links say. Matrices of MATLAB 7.3, which stores them transposed, are read as MATLAB shows them, up to 1 GiB each.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  recognises: (path, isFolder) =>
    Promise.resolve(
      !isFolder && hdf5Extensions.some((extension) => extname(path).toLowerCase() === extension),
    ),
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, hdf5Arrays),
});
