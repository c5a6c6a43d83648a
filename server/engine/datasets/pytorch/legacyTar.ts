import { InputError } from '../../problems.ts';
import { bytesFrom, type ByteRange } from '../byteRange.ts';
import { indexTar } from '../tarIndex.ts';
import { StorageName, torchNames } from './torchNames.ts';
import { TorchStorage, TorchTensor, type OtherTensor } from './torchTensor.ts';
import { PickleTruncated, unpickle } from './unpickle.ts';

/** The members `tensors` and `pickle` are held in memory, and of `storages` what stands between them. */
const MOST_PICKLED_BYTES = 2 ** 28;
const PICKLE_WINDOW = 2 ** 12;

/**
 * What is in a tar archive, as torch before 0.1.10 wrote it: `storages`, `tensors` (views of these) and `pickle`, in which
 * both are named by their keys.
 *
 * @throws InputError `pytorch-format`, `pytorch-damaged`, and as `readTorchFile` and `indexTar` do.
 */
export async function readLegacyTar(bytes: ByteRange, file: string): Promise<unknown> {
  const { members } = await indexTar(bytes, file, new AbortController().signal);
  const [storagesAt, tensorsAt, pickleAt] = ['storages', 'tensors', 'pickle'].map((name) => {
    const member = members.find((candidate) => candidate.name === name);
    if (member !== undefined) return bytesFrom(bytes, member.offset, member.size);
    throw new InputError(
      'pytorch-format',
      `${file} is a tar archive without a member ${name}, so that torch did not write it; a WebDataset is called .tar`,
      { file },
    );
  }) as [ByteRange, ByteRange, ByteRange];
  const known = new Map<string, TorchStorage | TorchTensor | OtherTensor>();
  const damaged = (found: string) =>
    new InputError('pytorch-damaged', `${file}: ${found}: the file is damaged; copy or save it again`, {
      file,
    });
  const find = torchNames(file, file);
  const persistent = (id: unknown) => {
    const found = known.get(String(id));
    if (found === undefined) throw damaged(`the tensor or storage ${String(id)} is missing`);
    return found;
  };
  const names = { where: file, file, find, persistent };

  await readStorages();
  await readTensors();
  return unpickled(await whole(pickleAt), 0).value;

  async function readStorages(): Promise<void> {
    let position = 0;
    const next = async () => {
      const window = Buffer.alloc(Math.min(PICKLE_WINDOW, storagesAt.size - position));
      await storagesAt.read(position, window);
      const { value, end } = unpickled(window, 0);
      position += end;
      return value;
    };
    const count = await next();
    for (let i = 0; i < Number(count); i++) {
      const [key, , name] = (await next()) as unknown[];
      if (!(name instanceof StorageName)) throw damaged('a storage has no type');
      if (position + 8 > storagesAt.size) throw damaged('it ends within a storage');
      const length = Buffer.alloc(8);
      await storagesAt.read(position, length);
      const values = Number(length.readBigInt64LE());
      const { type } = name;
      const size = values * type.bytes;
      if (!(values >= 0 && position + 8 + size <= storagesAt.size)) throw damaged('it ends within a storage');
      const range = bytesFrom(storagesAt, position + 8, size);
      known.set(String(key), new TorchStorage(type, values, false, () => range));
      position += 8 + size;
    }
    const views = await next();
    if (Array.isArray(views) && views.length > 0)
      throw damaged('it has storages that are views of others, which are not read');
  }

  async function readTensors(): Promise<void> {
    const window = await whole(tensorsAt);
    let position = 0;
    const next = () => {
      const { value, end } = unpickled(window, position);
      position = end;
      return value;
    };
    const take = (count: number) => {
      if (count > window.length - position) throw damaged('it ends within a tensor');
      position += count;
      return position - count;
    };
    const longs = (count: number) =>
      Array.from({ length: count }, () => Number(window.readBigInt64LE(take(8))));
    const count = next();
    for (let i = 0; i < Number(count); i++) {
      const [key, storageKey] = next() as unknown[];
      const storage = known.get(String(storageKey));
      if (!(storage instanceof TorchStorage)) throw damaged('a tensor has no storage');
      // The number of axes stands in 8 bytes, of which the last 4 are not used.
      const axes = window.readInt32LE(take(8));
      if (axes < 0 || axes > 64) throw damaged(`a tensor has ${axes} axes`);
      const shape = longs(axes);
      const strides = longs(axes);
      const [offset = 0] = longs(1);
      known.set(
        String(key),
        new TorchTensor({ type: storage.type, storage, offset, shape, strides }, file, file),
      );
    }
  }

  function unpickled(window: Buffer, start: number): ReturnType<typeof unpickle> {
    try {
      return unpickle(window, start, names);
    } catch (error) {
      if (error instanceof PickleTruncated) throw damaged('it ends within a pickle');
      throw error;
    }
  }

  async function whole(range: ByteRange): Promise<Buffer> {
    if (range.size > MOST_PICKLED_BYTES) throw damaged(`its pickles have ${range.size} bytes`);
    const content = Buffer.alloc(range.size);
    await range.read(0, content);
    return content;
  }
}
