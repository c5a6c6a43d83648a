import { InputError } from '../problems.ts';
import { shortened } from '../someOf.ts';
import type { ByteRange } from './byteRange.ts';
import type { FloatType } from './floatTypes.ts';
import type { IntegerType, NumberType } from './numberTypes.ts';
import type { ArrayLayout } from './storedArray.ts';
import { parsePythonLiteral, type PythonLiteral } from './pythonLiteral.ts';

/** What the header of a `.npy` array says (NumPy Enhancement Proposal 1, versions 1.0 to 3.0). */
export interface NpyHeader {
  /** The type string, such as `<f4`; of a structured type its Python text. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly dataOffset: number;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Far above what a plain array needs; only structured types have long headers. */
const LARGEST_HEADER = 65_535;

/**
 * Reads the header of a `.npy` array. Nothing in it is evaluated: it is parsed as a dictionary of literals.
 *
 * @param where How messages name the array: the file, and the entry within an archive.
 * @throws InputError `npy-empty`, `npy-magic`, `npy-truncated`, `npy-version`, `npy-header`.
 */
export async function readNpyHeader(bytes: ByteRange, where: string, file: string): Promise<NpyHeader> {
  const problem = (code: string, message: string) => new InputError(code, `${where}: ${message}`, { file });
  if (bytes.size === 0) throw problem('npy-empty', 'the file is empty (0 bytes), expected a .npy array');
  const start = await readStart(bytes, 0, 12);
  if (!start.subarray(0, 6).equals(MAGIC.subarray(0, Math.min(6, start.length)))) {
    throw problem(
      'npy-magic',
      `not a .npy array: it begins with the bytes ${start.subarray(0, 6).toString('hex')}, expected ${MAGIC.toString('hex')}`,
    );
  }
  if (start.length < 12)
    throw problem('npy-truncated', `it ends within the header, after ${bytes.size} bytes`);
  const version = start[6]!;
  if (version < 1 || version > 3) {
    throw problem(
      'npy-version',
      `.npy version ${version}.${start[7]!} is not known, expected 1.0, 2.0 or 3.0`,
    );
  }
  const [length, headerStart] = version === 1 ? [start.readUInt16LE(8), 10] : [start.readUInt32LE(8), 12];
  if (length > LARGEST_HEADER) {
    throw problem('npy-header', `the header claims ${length} bytes, at most ${LARGEST_HEADER} are read`);
  }
  const header = await readStart(bytes, headerStart, length);
  if (header.length < length) {
    throw problem('npy-truncated', `the header claims ${length} bytes, but only ${header.length} follow`);
  }
  return {
    ...parseHeader(header.toString(version === 3 ? 'utf8' : 'latin1')),
    dataOffset: headerStart + length,
  };

  function parseHeader(text: string): Omit<NpyHeader, 'dataOffset'> {
    let literal: PythonLiteral;
    try {
      literal = parsePythonLiteral(text.trimEnd());
    } catch (error) {
      throw problem('npy-header', `the header is damaged: ${(error as Error).message}`);
    }
    const entries = literal instanceof Map ? literal : new Map<string, PythonLiteral>();
    const [descr, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((key) => entries.get(key));
    if (
      entries.size !== 3 ||
      (typeof descr !== 'string' && !Array.isArray(descr)) ||
      typeof fortranOrder !== 'boolean' ||
      !isShape(shape)
    ) {
      throw problem(
        'npy-header',
        `the header is ${text.trimEnd().slice(0, 200)}, expected a dictionary of descr (a string), fortran_order (True or False) and shape (a tuple of whole numbers)`,
      );
    }
    return { descr: typeof descr === 'string' ? descr : JSON.stringify(descr), fortranOrder, shape };
  }
}

/** The number format of a type string; null when it holds no numbers that are read. */
export function numberTypeOf(descr: string): NumberType | null {
  return floatTypeOf(descr) ?? integerTypeOf(descr);
}

/**
 * How messages call a type that holds no numbers that are read, and what helps, where something does.
 *
 * @param shape of the array, where it is known: a single object is what `np.save` makes of a dictionary.
 */
export function otherNpyType(
  descr: string,
  shape?: readonly number[],
): { readonly type: string; readonly advice?: string } {
  if (descr.startsWith('[')) {
    return {
      type: `a structured type (${shortened(descr, 100)})`,
      advice: 'save each of its fields as an array of its own',
    };
  }
  const kind = descr.replace(/^[<>|=]/, '')[0];
  if (kind === 'O') {
    return {
      type: `pickled Python objects (${descr})`,
      advice:
        shape?.length === 0
          ? "they are never loaded, because loading runs their code; if x is a dictionary of arrays, save it with np.savez('x.npz', **x.item())"
          : "they are never loaded, because loading runs their code; save vectors of equal length as np.stack(x).astype('float32')",
    };
  }
  const names: Record<string, string> = {
    f: 'floats',
    i: 'integers',
    u: 'integers',
    c: 'complex numbers',
    U: 'strings',
    S: 'strings',
    V: 'raw bytes',
    M: 'dates',
    m: 'durations',
  };
  return {
    type: `${names[kind ?? ''] ?? 'an unknown type'} (${descr})`,
    ...(kind === 'f' && { advice: "save it with .astype('float32')" }),
  };
}

/** Bytes of each value of a type of fixed-size strings; null for other types. */
export function stringWidthOf(descr: string): number | null {
  const [, kind, letters] = /^[<>|]([US])(\d{1,6})$/.exec(descr) ?? [];
  return kind === undefined ? null : Number(letters) * (kind === 'U' ? 4 : 1);
}

/**
 * The layout of an array of numbers, checked against the bytes that are there.
 *
 * @throws InputError `npy-type` when it does not hold floats, whole numbers or booleans; `npy-size` when the shape
 *   claims more or fewer bytes than there are.
 */
export function npyLayout(header: NpyHeader, bytes: ByteRange, where: string, file: string): ArrayLayout {
  const type = numberTypeOf(header.descr);
  if (type === null) {
    const { type: found, advice } = otherNpyType(header.descr, header.shape);
    throw new InputError(
      'npy-type',
      `${where} holds ${found}, expected floats, integers or booleans${advice === undefined ? '' : `; ${advice}`}`,
      { file },
    );
  }
  checkSize(header, type, bytes, where, file);
  return { shape: header.shape, type, fortranOrder: header.fortranOrder };
}

function checkSize(header: NpyHeader, type: NumberType, bytes: ByteRange, where: string, file: string): void {
  const claimed = header.shape.reduce((product, size) => product * size, type.bytes);
  const found = bytes.size - header.dataOffset;
  if (claimed === found) return;
  const shape = header.shape.join(', ');
  const cause =
    claimed > found ? 'it is truncated, or its header is wrong' : 'it has more in it than one array';
  throw new InputError(
    'npy-size',
    `${where}: the shape (${shape}) of ${type.name} needs ${claimed} bytes after the header, found ${found}: ${cause}`,
    { file },
  );
}

function floatTypeOf(descr: string): FloatType | null {
  const bigEndian = descr.startsWith('>');
  if (!bigEndian && !descr.startsWith('<')) return null;
  switch (descr.slice(1)) {
    case 'f2':
      return { name: 'float16', bytes: 2, bigEndian };
    case 'f4':
      return { name: 'float32', bytes: 4, bigEndian };
    case 'f8':
      return { name: 'float64', bytes: 8, bigEndian };
    default:
      return null;
  }
}

function integerTypeOf(descr: string): IntegerType | null {
  if (descr === '|b1') return { name: 'bool', bytes: 1, bigEndian: false };
  // A single byte has no order, which numpy writes as a bar.
  const [, order, kind, width] = /^(?:([<>])(?=[iu][248])|\|(?=[iu]1))([iu])([1248])$/.exec(descr) ?? [];
  if (kind === undefined) return null;
  const bytes = Number(width) as IntegerType['bytes'];
  const name = `${kind === 'u' ? 'u' : ''}int${8 * bytes}` as IntegerType['name'];
  return { name, bytes, bigEndian: order === '>' };
}

function isShape(value: PythonLiteral | undefined): value is number[] {
  return Array.isArray(value) && value.every((size) => typeof size === 'number' && size >= 0);
}

/** The bytes from `position` on, at most `length`; fewer when the range ends before. */
async function readStart(bytes: ByteRange, position: number, length: number): Promise<Buffer> {
  const target = Buffer.alloc(Math.max(0, Math.min(length, bytes.size - position)));
  await bytes.read(position, target);
  return target;
}
