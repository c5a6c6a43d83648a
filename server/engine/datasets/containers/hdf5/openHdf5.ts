import { InputError } from '../../../problems.ts';
import type { NumberType } from '../../numberTypes.ts';
import { openRegularFile } from '../../regularFile.ts';
import { unconvertedRefusal } from '../../unconvertedFormats.ts';
import type { Container, ContainerArray, ContainerSource, NumberArray } from '../container.ts';
import { asMatlabShows, isMatlabFile } from './matlabFile.ts';
import { filterPlugins, Hdf5File, type Hdf5Metadata, type Hdf5Type } from './hdf5Library.ts';

/** More is no file of embeddings, or one that has its groups within one another. */
const MOST_NAMES = 10_000;
/** Values of one row at most. */
const MOST_COLUMNS = 2 ** 24;
/** Bytes that one byte of a file may stand for: what deflate can do at its best. */
const LARGEST_GROWTH = 1_032;
/** Filters that the library has itself: deflate, shuffle, Fletcher's checksum, szip, n-bit, scale and offset. */
const ownFilters = [1, 2, 3, 4, 5, 6];
const DATASET = 1;
const GROUP = 0;
/** Classes of types, by HDF5's numbers. */
const typeNames: Readonly<Record<number, string>> = {
  2: 'times',
  3: 'strings',
  4: 'bit fields',
  5: 'opaque bytes',
  6: 'records (compound)',
  7: 'references',
  8: 'an enumeration',
  9: 'lists of any length',
  10: 'arrays within values',
};

/**
 * Opens an HDF5 file: its datasets, named by the way to them. Nothing outside of the file is ever read.
 *
 * @throws InputError `hdf5-damaged`, `hdf5-names`, `format-not-read` for a file of an older MATLAB.
 */
export async function openHdf5({ path }: ContainerSource): Promise<Container> {
  const damaged = (what: string) =>
    new InputError('hdf5-damaged', `${path}: ${what}: it is no HDF5 file, was cut off or is damaged`, {
      file: path,
    });
  const { handle, size } = await openRegularFile(path);
  let file: Hdf5File | null = null;
  const close = async () => {
    file?.close();
    await handle.close();
  };
  try {
    file = await Hdf5File.open(handle.fd, size);
    const isMatlab = await isMatlabFile(handle);
    if (file === null) {
      const refusal = /\.mat$/i.test(path) && !isMatlab ? unconvertedRefusal(path) : undefined;
      throw refusal ?? damaged('the HDF5 library cannot open it');
    }
    const found = arraysOf(file, path);
    const { arrays, notes } = isMatlab ? asMatlabShows(found, path) : { arrays: found, notes: [] };
    const opened = file;
    return {
      arrays,
      notes,
      read: (index, offset, count) => {
        const { name, type } = arrays[index] as NumberArray;
        let values: Uint8Array | null;
        try {
          values = opened.read(name, offset, count, type.bytes);
        } catch {
          // A filter, or the library itself, was stopped.
          values = null;
        }
        return values === null
          ? Promise.reject(damaged(`the values of ${name} cannot be read`))
          : Promise.resolve(values);
      },
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error instanceof InputError ? error : damaged((error as Error).message);
  }
}

function arraysOf(file: Hdf5File, path: string): ContainerArray[] {
  const names = file.names();
  if (names.length > MOST_NAMES) {
    throw new InputError(
      'hdf5-names',
      `${path} has ${names.length} groups and datasets, at most ${MOST_NAMES} are read`,
      { file: path },
    );
  }
  const arrays = names.flatMap((name) => describe(file, name));
  file.floats.stop();
  return arrays.map((array) =>
    array.type !== null && array.type.name.startsWith('float') && file.floats.has(array.type.bytes)
      ? other(array.name, `floats of ${array.type.bytes} bytes that are not IEEE 754`, array.shape)
      : array,
  );
}

/** What a name leads to; nothing for groups. */
function describe(file: Hdf5File, name: string): ContainerArray[] {
  const link = file.linkOf(name);
  if (link !== null) {
    const isInside = link.startsWith('a link to');
    return [
      other(
        name,
        link,
        null,
        isInside ? 'name what it leads to' : 'no other file is read: give that file itself as `path`',
      ),
    ];
  }
  const kind = file.kindOf(name);
  if (kind === GROUP) return [];
  if (kind !== DATASET) return [other(name, 'no dataset', null)];
  const metadata = file.metadata(name);
  const { shape, chunks } = metadata;
  if (shape === null) return [other(name, 'a dataset without values', null)];
  const type = numberTypeOf(metadata);
  if (type === null) return [other(name, typeInWords(metadata), shape, adviceFor(metadata))];
  if (metadata.virtual_sources !== undefined) {
    return [
      other(
        name,
        `${type.name}, a virtual dataset of other files`,
        shape,
        "no other file is read: copy the values into a file of its own, with f.create_dataset('x', data=virtual[:])",
      ),
    ];
  }
  const missing = file.filters(name).find(({ id }) => !ownFilters.includes(id) && !(id in filterPlugins));
  if (missing !== undefined) {
    return [
      other(
        name,
        `${type.name}, compressed with the filter ${missing.name === '' ? 'without a name' : missing.name} (${missing.id})`,
        shape,
        "there is no such filter here: write it with compression='gzip'",
      ),
    ];
  }
  const bytes = shape.reduce((product, length) => product * length, type.bytes);
  if ((shape.at(-1) ?? 1) > MOST_COLUMNS || bytes > file.size * LARGEST_GROWTH) {
    return [other(name, type.name, shape, `the file, of ${file.size} bytes, cannot have that many values`)];
  }
  return [{ name, type, shape, rowsTogether: chunks?.at(-2) ?? 1 }];
}

function other(
  name: string,
  description: string,
  shape: readonly number[] | null,
  advice?: string,
): ContainerArray {
  return { name, type: null, description, shape, ...(advice !== undefined && { advice }) };
}

/** How the library gives the values: always little-endian. */
function numberTypeOf({ type, size, signed, enum_type: enumeration }: Hdf5Type): NumberType | null {
  if (type === 1 && (size === 2 || size === 4 || size === 8)) {
    return { name: `float${(8 * size) as 16 | 32 | 64}`, bytes: size, bigEndian: false };
  }
  if (type === 0 && (size === 1 || size === 2 || size === 4 || size === 8)) {
    const bits = (8 * size) as 8 | 16 | 32 | 64;
    return { name: signed ? `int${bits}` : `uint${bits}`, bytes: size, bigEndian: false };
  }
  // As h5py writes truth values.
  const members = enumeration?.members ?? {};
  const isTruth = type === 8 && size === 1 && members['FALSE'] === 0 && members['TRUE'] === 1;
  return isTruth && Object.keys(members).length === 2 ? { name: 'bool', bytes: 1, bigEndian: false } : null;
}

function typeInWords(metadata: Hdf5Metadata): string {
  const { type, size } = metadata;
  if (type <= 1) return `${type === 0 ? 'integers' : 'floats'} of ${size} bytes`;
  if (isComplex(metadata)) return 'complex numbers';
  return typeNames[type] ?? 'values of an unknown type';
}

/** As h5py writes them. */
function isComplex({ compound_type: compound }: Hdf5Type): boolean {
  return compound?.members.map(({ name }) => name).join() === 'r,i';
}

function adviceFor(metadata: Hdf5Type): string | undefined {
  const { type } = metadata;
  if (type === 6 && !isComplex(metadata))
    return "write the field with the embeddings as a dataset of its own: f['x'] = records['field']";
  if (type === 9 || type === 10) return "write it as one array: f['x'] = np.stack(values)";
  return undefined;
}
