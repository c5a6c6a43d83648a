import type { ReaderDefinition } from './dataset.ts';
import { readers } from './registry.ts';

/** The first reader, in the registry's order, that takes a file or folder for its own. */
export async function recogniseReader(
  path: string,
  isFolder: boolean,
): Promise<ReaderDefinition | undefined> {
  for (const reader of readers) {
    if (await reader.recognises?.(path, isFolder)) return reader;
  }
  return undefined;
}
