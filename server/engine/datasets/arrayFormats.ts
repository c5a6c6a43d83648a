import { extname } from 'node:path';
import { InputError } from '../problems.ts';
import { arrowArrays, arrowExtensions } from './arrow.ts';
import type { FindArrays } from './embeddingFiles.ts';
import { hdf5Arrays, hdf5Extensions } from './hdf5.ts';
import { npyArrays } from './npy.ts';
import { npzArrays } from './npz.ts';
import { torchFileArrays } from './pytorch.ts';
import { safetensorsArrays } from './safetensors.ts';

/** Every format of files of embeddings, by extension. */
const formats: Readonly<Record<string, FindArrays>> = {
  '.npy': npyArrays,
  '.npz': npzArrays,
  '.safetensors': safetensorsArrays,
  '.pt': torchFileArrays,
  '.pth': torchFileArrays,
  ...Object.fromEntries(hdf5Extensions.map((extension) => [extension, hdf5Arrays])),
  ...Object.fromEntries(arrowExtensions.map((extension) => [extension, arrowArrays])),
};

/** Whether a file is of a format that embeddings come in, by its extension. */
export function isArrayFile(name: string): boolean {
  return extname(name).toLowerCase() in formats;
}

/** The arrays in a file of any of these formats. */
export const arraysOfAnyFormat: FindArrays = (handle, file, size) => {
  const find = formats[extname(file).toLowerCase()];
  if (find !== undefined) return find(handle, file, size);
  const expected = Object.keys(formats).join(', ');
  throw new InputError('array-format', `${file} should be a file of embeddings, which end in ${expected}`, {
    file,
  });
};
