import { InputError } from '../../problems.ts';
import { bytesFrom, type ByteRange } from '../byteRange.ts';
import { pickledModel, StorageName, torchNames } from './torchNames.ts';
import { MOST_PICKLED_BYTES } from './torchArchive.ts';
import { TorchStorage } from './torchTensor.ts';
import { PickleTruncated, unpickle } from './unpickle.ts';

const FIRST_WINDOW = 2 ** 16;
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * What is in a file as torch before 1.6 wrote it, and later ones when told so: pickles of a number, the protocol, the
 * machine, the data and the keys of storages, and then each storage behind the number of its values, little-endian.
 *
 * @throws InputError `pytorch-damaged`, and as `readTorchFile` does.
 */
export async function readLegacyFile(bytes: ByteRange, file: string): Promise<unknown> {
  const { root, keys, storages, end } = await readPickles(bytes, file);
  let position = end;
  const length = Buffer.alloc(8);
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) throw damaged(file, `it has a storage ${key} that no tensor is in`);
    if (position + 8 > bytes.size) throw damaged(file, `it ends before the storage ${key}`);
    await bytes.read(position, length);
    const found = length.readBigInt64LE();
    if (found !== BigInt(storage.length)) {
      throw damaged(file, `the storage ${key} has ${found} values, expected ${storage.length}`);
    }
    const size = storage.length * storage.type.bytes;
    if (position + 8 + size > bytes.size) {
      throw damaged(file, `it ends within the storage ${key}, which needs ${size} bytes`);
    }
    const values = bytesFrom(bytes, position + 8, size);
    storage.open = () => values;
    storages.delete(key);
    position += 8 + size;
  }
  if (storages.size > 0) throw damaged(file, `the storage ${[...storages.keys()][0]!} is missing`);
  if (position !== bytes.size) {
    throw damaged(
      file,
      `${bytes.size - position} bytes follow the last storage, as where several objects were saved into one file`,
    );
  }
  return root;
}

interface Pickles {
  readonly root: unknown;
  readonly keys: readonly string[];
  readonly storages: Map<string, TorchStorage>;
  /** Where the storages begin. */
  readonly end: number;
}

/** Nobody knows how long the pickles are before they are read, so that ever more of the file is tried. */
async function readPickles(bytes: ByteRange, file: string): Promise<Pickles> {
  const most = Math.min(bytes.size, MOST_PICKLED_BYTES);
  for (let size = Math.min(FIRST_WINDOW, most); ; size = Math.min(8 * size, most)) {
    const window = Buffer.alloc(size);
    await bytes.read(0, window);
    try {
      return parsePickles(window, file);
    } catch (error) {
      if (!(error instanceof PickleTruncated)) throw error;
      if (size < most) continue;
      throw size === bytes.size
        ? damaged(file, 'it ends within its pickles')
        : new InputError(
            'pickle-size',
            `${file}: its pickles have more than ${most} bytes. Save arrays as tensors (torch.from_numpy), which are streamed`,
            { file },
          );
    }
  }
}

function parsePickles(window: Buffer, file: string): Pickles {
  const storages = new Map<string, TorchStorage>();
  const names = { where: file, file, find: torchNames(file, file), persistent };
  let end = 0;
  const next = (): unknown => {
    const read = unpickle(window, end, names);
    end = read.end;
    return read.value;
  };
  if (next() !== MAGIC) throw damaged(file, 'it does not begin with torch’s number');
  const protocol = next();
  if (protocol !== PROTOCOL) throw damaged(file, `its protocol is ${String(protocol)}, expected ${PROTOCOL}`);
  next();
  const root = next();
  const keys = next();
  if (!Array.isArray(keys) || !keys.every(isKey)) throw damaged(file, 'it has no list of storages');
  return { root, keys: keys.map(String), storages, end };

  /** ('storage', type, key, location, number of values, null or (key, offset, number of values) of a view of it) */
  function persistent(id: unknown): TorchStorage {
    const [what, name, key, , length, view] = Array.isArray(id) ? (id as unknown[]) : [];
    if (what === 'module') throw pickledModel(String((name as { name?: string } | undefined)?.name), file);
    const isLength = Number.isSafeInteger(length) && (length as number) >= 0;
    if (what !== 'storage' || !(name instanceof StorageName) || !isKey(key) || !isLength) {
      throw damaged(file, 'a storage is not named as torch names them');
    }
    const known = storages.get(String(key));
    const storage = known ?? new TorchStorage(name.type, length as number, false);
    if (storage.type !== name.type || storage.length !== length) {
      throw damaged(file, `the storage ${String(key)} is named with two types or lengths`);
    }
    storages.set(String(key), storage);
    return view === null || view === undefined ? storage : viewOf(storage, view);
  }

  function viewOf(storage: TorchStorage, view: unknown): TorchStorage {
    const [, offset, length] = Array.isArray(view) ? (view as unknown[]) : [];
    const isWithin =
      [offset, length].every((number) => Number.isSafeInteger(number) && (number as number) >= 0) &&
      (offset as number) + (length as number) <= storage.length;
    if (!isWithin) throw damaged(file, 'a view of a storage does not lie within it');
    const { type } = storage;
    return new TorchStorage(type, length as number, false, () =>
      bytesFrom(storage.open!(), (offset as number) * type.bytes, (length as number) * type.bytes),
    );
  }
}

function isKey(key: unknown): key is string | number | bigint {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint';
}

function damaged(file: string, found: string): InputError {
  return new InputError('pytorch-damaged', `${file}: ${found}: the file is damaged; copy or save it again`, {
    file,
  });
}
