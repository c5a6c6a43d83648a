import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../problems.ts';
import { listArchive, type ArchiveEntry } from '../archiveEntries.ts';
import { pickledModel, StorageName, torchNames } from './torchNames.ts';
import { TorchStorage } from './torchTensor.ts';
import { PickleTruncated, unpickle } from './unpickle.ts';

/** A list of tensors has an entry for each of them. */
export const MOST_ENTRIES = 2 ** 18;
/** The part that is held in memory: what there is beside tensors, and arrays of NumPy. */
export const MOST_PICKLED_BYTES = 2 ** 30;

/**
 * What is in an archive as torch 1.6 and later write it: a folder with `data.pkl`, in which tensors refer to storages by
 * a key, and for each storage an entry `data/KEY`.
 *
 * @throws InputError `pytorch-format`, `pytorch-script` for a compiled model, and as `readTorchFile` does.
 */
export async function readTorchArchive(handle: FileHandle, file: string): Promise<unknown> {
  const entries = new Map<string, ArchiveEntry>();
  for (const entry of await listArchive(handle, file, MOST_ENTRIES)) {
    if (entries.has(entry.name)) throw damaged(file, `it has two entries named ${entry.name}`);
    entries.set(entry.name, entry);
  }
  // All entries are below a folder, which torch calls after the file that it wrote.
  const [first = ''] = entries.keys();
  const folder = first.slice(0, first.indexOf('/') + 1);
  const pickle = entries.get(`${folder}data.pkl`);
  if (folder === '' || pickle === undefined) {
    throw new InputError(
      'pytorch-format',
      `${file} is a zip archive without a data.pkl, so that it is not what torch.save writes (it has ${first || 'no entries'}); ` +
        'save the embeddings with `torch.save({"image": …, "text": …}, "embeddings.pt")`',
      { file },
    );
  }
  if (
    entries.has(`${folder}constants.pkl`) ||
    [...entries.keys()].some((name) => name.startsWith(`${folder}code/`))
  ) {
    throw new InputError(
      'pytorch-script',
      `${file} is a TorchScript model (it has ${folder}constants.pkl), not embeddings: embed your data with it, and save the embeddings with ` +
        '`torch.save({"image": …, "text": …}, "embeddings.pt")`',
      { file },
    );
  }
  const bigEndian = await isBigEndian(entries.get(`${folder}byteorder`), file);
  const where = `${file}, entry ${pickle.name}`;
  const bytes = await contentOf(pickle, MOST_PICKLED_BYTES, file);
  const storages = new Map<string, TorchStorage>();
  try {
    return unpickle(bytes, 0, { where, file, find: torchNames(where, file), persistent }).value;
  } catch (error) {
    if (error instanceof PickleTruncated) throw damaged(file, `${pickle.name} ends within its pickle`);
    throw error;
  }

  /** ('storage', type, key, location, number of values) */
  function persistent(id: unknown): TorchStorage {
    const [what, name, key, , length] = Array.isArray(id) ? (id as unknown[]) : [];
    if (what === 'module') throw pickledModel(String((name as { name?: string } | undefined)?.name), file);
    const isPlain = (typeof key === 'string' || typeof key === 'number') && Number.isSafeInteger(length);
    if (what !== 'storage' || !(name instanceof StorageName) || !isPlain) {
      throw damaged(file, 'a storage is not named as torch names them');
    }
    const entryName = `${folder}data/${key}`;
    const known = storages.get(entryName);
    const { type } = name;
    const entry = entries.get(entryName);
    if (entry === undefined) throw damaged(file, `the entry ${entryName} is missing`);
    if (known?.type === type && known.length === length) return known;
    const claimed = (length as number) * type.bytes;
    const found = entry.bytes().size;
    if (claimed !== found) {
      throw damaged(
        file,
        `the entry ${entryName} has ${found} bytes, expected ${claimed} (${length as number} values of ${type.name})`,
      );
    }
    const storage = new TorchStorage(type, length as number, bigEndian, () => entry.bytes());
    storages.set(entryName, storage);
    return storage;
  }
}

function damaged(file: string, found: string): InputError {
  return new InputError('pytorch-damaged', `${file}: ${found}: the file is damaged; copy or save it again`, {
    file,
  });
}

async function isBigEndian(entry: ArchiveEntry | undefined, file: string): Promise<boolean> {
  if (entry === undefined) return false;
  const order = (await contentOf(entry, 64, file)).toString('latin1').trim();
  if (order === 'big' || order === 'little') return order === 'big';
  throw damaged(file, `its byte order is ${JSON.stringify(order)}, expected little or big`);
}

async function contentOf(entry: ArchiveEntry, most: number, file: string): Promise<Buffer> {
  const bytes = entry.bytes();
  if (bytes.size > most) {
    throw new InputError(
      'pickle-size',
      `${file}: the entry ${entry.name} has ${bytes.size} bytes, at most ${most} are read. Save arrays as tensors (torch.from_numpy), which are streamed`,
      { file },
    );
  }
  const content = Buffer.alloc(bytes.size);
  await bytes.read(0, content);
  return content;
}
