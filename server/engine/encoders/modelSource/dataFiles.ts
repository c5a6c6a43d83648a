import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { externalDataFiles } from '../../graph/externalData.ts';

/** A model that keeps its tensors elsewhere is small. Larger ones hold them themselves. */
const largestWithout = 2 ** 27;

/**
 * The files in its own folder that an ONNX model keeps tensors in: what it computes depends on them.
 *
 * @param file absolute.
 * @returns absolute paths. None for a model that cannot be read: whoever loads it says why.
 */
export async function dataFilesOf(file: string): Promise<string[]> {
  let names: string[];
  try {
    const { size } = await stat(file);
    if (size > largestWithout) return [];
    names = externalDataFiles(await readFile(file));
  } catch {
    return [];
  }
  const folder = dirname(file);
  const paths = names.map((name) => join(folder, name));
  // Files outside of the folder are refused when the model is loaded, and not read before.
  return paths.filter((path) => relative(folder, path).split(sep)[0] !== '..');
}
