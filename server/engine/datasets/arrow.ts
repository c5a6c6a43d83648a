import { extname } from 'node:path';
import { z } from 'zod';
import { isHuggingFaceFolder } from './containers/arrow/huggingFaceFolder.ts';
import { openContainer } from './containers/openContainer.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddings, type FindArrays } from './embeddingFiles.ts';

/** What the names of Arrow files end in. */
export const arrowExtensions = ['.arrow', '.arrows', '.feather', '.ipc'] as const;

/** The columns of numbers of an Arrow file. */
export const arrowArrays: FindArrays = (_, path) => openContainer('arrow', { path });

/** Embeddings as pyarrow, pandas, polars and Hugging Face's datasets write them. */
export const arrow = defineReader({
  kind: 'arrow',
  title: 'Arrow, Feather, Hugging Face dataset',
  description:
    'Precomputed embeddings in an Arrow file (a stream, the file format, or Feather 2, compressed or not), or in the folder of a Hugging Face dataset that `save_to_disk` wrote, with all its shards: every column of lists of numbers is a modality under its own name. Other columns are left out and named. Large files are streamed. Rows to embed are read from Parquet.',
  gives: 'embeddings',
  params: z.strictObject({
    ...embeddingFileParams,
    split: z
      .string()
      .min(1)
      .optional()
      .describe('Of a Hugging Face dataset with several splits, the one to measure, such as `test`.'),
  }),
  recognises: async (path, isFolder) =>
    isFolder
      ? await isHuggingFaceFolder(path)
      : arrowExtensions.some((extension) => extname(path).toLowerCase() === extension),
  paramsFor: (path) => ({ path }),
  open: ({ split, ...params }, context) =>
    openEmbeddings(params, context, (path) => openContainer('arrow', { path, split })),
});
