import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../problems.ts';
import { listArchive } from '../archiveEntries.ts';
import { fileRange } from '../byteRange.ts';
import { MOST_ENTRIES } from './torchArchive.ts';
import { torchLayout } from './torchFile.ts';

/** Whether `torch.save` wrote an open file, whatever its name: judged by its beginning, and the names in an archive. */
export async function isTorchFile(handle: FileHandle, file: string, size: number): Promise<boolean> {
  try {
    const layout = await torchLayout(fileRange(handle, file, 0, size));
    if (layout !== 'archive') return layout === 'legacy';
    const entries = await listArchive(handle, file, MOST_ENTRIES);
    return entries.some(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
