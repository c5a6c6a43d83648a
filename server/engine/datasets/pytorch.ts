import { extname } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { defineReader } from './dataset.ts';
import { embeddingFileParams, openEmbeddingFiles, type FindArrays } from './embeddingFiles.ts';
import { hasPickleName } from './pickleRefusal.ts';
import { isTorchFile } from './pytorch/isTorchFile.ts';
import { torchArrays } from './pytorch/torchArrays.ts';
import { readTorchFile } from './pytorch/torchFile.ts';
import { openRegularFile } from './regularFile.ts';

/** What torch's users call files of tensors. `.bin` and `.pkl` may be anything, and are looked into. */
const extensions = ['.pt', '.pth', '.ckpt'];

/** Embeddings as `torch.save` writes them. The pickle within is read, not run. */
export const pytorch = defineReader({
  kind: 'pytorch',
  title: 'PyTorch (.pt, .pth, .bin, .ckpt)',
  description:
    'Precomputed embeddings that `torch.save` wrote, in the format of torch 1.6 and later or the one before: tensors and NumPy arrays, alone or in dictionaries and lists. Each of shape (rows, columns) is a modality under its path (`features.image`), of shape (modalities, rows, columns) one a slice; a list of vectors is a matrix. Nothing in the file is run: what is neither an array nor a plain container is refused by name. Large files are streamed.',
  gives: 'embeddings',
  params: z.strictObject(embeddingFileParams),
  async recognises(path, isFolder) {
    const extension = extname(path).toLowerCase();
    if (isFolder || extensions.includes(extension)) return !isFolder;
    return (extension === '.bin' || hasPickleName(path)) && (await isWrittenByTorch(path));
  },
  paramsFor: (path) => ({ path }),
  open: (params, context) => openEmbeddingFiles(params, context, torchFileArrays),
});

/** The arrays in a file that torch wrote. */
export const torchFileArrays: FindArrays = async (handle, file, size) => {
  const { arrays, notes, parameters } = torchArrays(await readTorchFile(handle, file, size), file);
  if (parameters.length === 0) return { file, arrays, notes };
  const shown = parameters.slice(0, 3).join(', ');
  const onlyNamed = new InputError(
    'pytorch-model',
    `${file} is a model’s checkpoint, not embeddings: ${parameters.length} of its tensors are parameters (${shown}${parameters.length > 3 ? ', …' : ''}). ` +
      'Embed your data with the model and save the embeddings with torch.save, or name the tensors that are embeddings, such as ' +
      `\`modalities: { image: ${parameters[0]!} }\``,
    { file },
  );
  return { file, arrays, notes, onlyNamed };
};

async function isWrittenByTorch(path: string): Promise<boolean> {
  try {
    const { handle, size } = await openRegularFile(path);
    try {
      return await isTorchFile(handle, path, size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Whoever reads it says why it cannot be.
    if (error instanceof InputError) return false;
    throw error;
  }
}
