import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../problems.ts';
import { fileRange, type ByteRange } from '../byteRange.ts';
import { readLegacyFile } from './legacyFile.ts';
import { readLegacyTar } from './legacyTar.ts';
import { readTorchArchive } from './torchArchive.ts';

/** How a file of torch is laid out. */
type TorchLayout = 'archive' | 'legacy' | 'legacy-tar';

const zipMagic = Buffer.from('PK\x03\x04', 'latin1');
const tarMagic = Buffer.from('ustar');
const tarMagicOffset = 257;
/** What the number that every file of torch before 1.6 begins with is, little-endian, within a pickle of any protocol. */
const legacyMagic = Buffer.from('6cfc9c46f9206aa85019', 'hex');
const legacyMagicText = 'L119547037146038801333356L';

/**
 * What is in a file that `torch.save` wrote: plain containers with tensors in them, of which no value is read yet. Nothing in
 * the file is run.
 *
 * @throws InputError `pytorch-empty`, `pytorch-format` when it is no such file, `pytorch-script`, `pytorch-model`,
 *   `pytorch-object`, `pytorch-damaged`, and those of `unpickle` and `listArchive`.
 */
export async function readTorchFile(handle: FileHandle, file: string, size: number): Promise<unknown> {
  if (size === 0) {
    throw new InputError(
      'pytorch-empty',
      `${file}: the file is empty (0 bytes), expected what torch.save writes`,
      {
        file,
      },
    );
  }
  const bytes = fileRange(handle, file, 0, size);
  switch (await torchLayout(bytes)) {
    case 'archive':
      return readTorchArchive(handle, file);
    case 'legacy':
      return readLegacyFile(bytes, file);
    case 'legacy-tar':
      return readLegacyTar(bytes, file);
    case null:
      throw new InputError(
        'pytorch-format',
        `${file} is not what torch.save writes: neither a zip archive nor a pickle that begins with torch’s number. ` +
          'A plain pickle is not loaded, because that would run code; where the file is yours, save its tensors with torch.save',
        { file },
      );
  }
}

/** How a file that torch may have written is laid out; null where it did not. Zip archives may still be others’. */
export async function torchLayout(bytes: ByteRange): Promise<TorchLayout | null> {
  const start = Buffer.alloc(Math.min(bytes.size, 512));
  await bytes.read(0, start);
  if (start.subarray(0, zipMagic.length).equals(zipMagic)) return 'archive';
  if (start.subarray(tarMagicOffset, tarMagicOffset + tarMagic.length).equals(tarMagic)) return 'legacy-tar';
  const beginning = start.subarray(0, 64);
  return beginning.includes(legacyMagic) || beginning.includes(legacyMagicText) ? 'legacy' : null;
}
