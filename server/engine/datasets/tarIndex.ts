import { InputError } from '../problems.ts';
import type { ByteRange } from './byteRange.ts';
import { decodeText } from './textFile.ts';

/** A regular file in an archive: its name, and where its bytes lie. */
export interface TarMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What an archive holds; links, devices and sparse files are named only. */
export interface TarIndex {
  readonly members: readonly TarMember[];
  readonly unusable: readonly { readonly name: string; readonly reason: string }[];
}

const block = 512;
/** Headers of small members lie close together, so they are read by the window. */
const windowBytes = 64 * 1024;
/** A name or an extended header beyond this is no honest one. */
const longestExtension = 1 << 20;

/** What headers in front of a member say about it: a pax header, or GNU's long name. */
interface Extension {
  readonly name?: string;
  readonly size?: number;
  readonly sparse?: boolean;
}

/**
 * The members of a tar archive, found by reading its headers alone: ustar, pax and GNU, of any size.
 *
 * @throws InputError `tar-compressed`; `tar-truncated` when the archive ends early, also when its end mark (a
 *   block of zeros) is missing; `tar-corrupt` at a header that is none; `path-outside` when a name is absolute or
 *   has `..` in it; `not-utf-8`.
 */
export async function indexTar(bytes: ByteRange, file: string, signal: AbortSignal): Promise<TarIndex> {
  await checkNotCompressed(bytes, file);
  const members: TarMember[] = [];
  const unusable: { name: string; reason: string }[] = [];
  const read = windowedReader(bytes, file);
  let extension: Extension = {};
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const header = await read(position, block);
    if (header.every((byte) => byte === 0)) return { members, unusable };
    checkHeader(header, position, file);
    const type = header[156] === 0 ? '0' : String.fromCharCode(header[156]!);
    const start = position + block;
    if ('xgLK'.includes(type)) {
      const size = sizeIn(header, position, file);
      if (size > longestExtension) throw corrupt(file, position, `an extended header of ${size} bytes`);
      extension = { ...extension, ...parseExtension(type, await read(start, size), file, position) };
      position = start + padded(size);
      continue;
    }
    const size = extension.size ?? sizeIn(header, position, file);
    const name = checkedName(extension.name ?? nameIn(header, file), file);
    if (start + size > bytes.size) throw truncated(file, `inside of ${name}`);
    if (extension.sparse) unusable.push({ name, reason: 'a sparse file in the archive' });
    else if (type === '0' || type === '7') members.push({ name, offset: start, size });
    else if (type === '1' || type === '2') unusable.push({ name, reason: 'a link in the archive' });
    else if (type !== '5') unusable.push({ name, reason: 'neither a file nor a folder in the archive' });
    extension = {};
    position = start + padded(size);
  }
}

function padded(size: number): number {
  return Math.ceil(size / block) * block;
}

/** Reads parts of the archive, most of them out of a window that moves forward. */
function windowedReader(
  bytes: ByteRange,
  file: string,
): (position: number, size: number) => Promise<Uint8Array> {
  let start = 0;
  let window = new Uint8Array(0);
  return async (position, size) => {
    if (position + size > bytes.size) {
      throw truncated(file, bytes.size === 0 ? 'at its beginning: it is empty' : 'before its end mark');
    }
    if (position < start || position + size > start + window.length) {
      start = position;
      window = new Uint8Array(Math.min(Math.max(windowBytes, size), bytes.size - position));
      await bytes.read(position, window);
    }
    return window.subarray(position - start, position - start + size);
  };
}

async function checkNotCompressed(bytes: ByteRange, file: string): Promise<void> {
  const magic = new Uint8Array(Math.min(bytes.size, 2));
  await bytes.read(0, magic);
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    throw new InputError(
      'tar-compressed',
      `${file} is compressed, so that its rows cannot be read in any order; decompress it first (gunzip)`,
      { file },
    );
  }
}

function checkHeader(header: Uint8Array, position: number, file: string): void {
  const stored = parseInt(ascii(header.subarray(148, 156)), 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += header[i]!;
  if (stored !== sum) throw corrupt(file, position, 'a block whose checksum is wrong');
}

/** The size field: octal digits, or, when the first bit is set, a big-endian binary number (GNU). */
function sizeIn(header: Uint8Array, position: number, file: string): number {
  const field = header.subarray(124, 136);
  let size = 0;
  if (field[0]! & 0x80) for (let i = 1; i < field.length; i++) size = size * 256 + field[i]!;
  else size = parseInt(ascii(field) || '0', 8);
  if (!Number.isSafeInteger(size)) throw corrupt(file, position, 'a size that is no number');
  return size;
}

function nameIn(header: Uint8Array, file: string): string {
  const name = textField(header.subarray(0, 100), file);
  // GNU's own format, `ustar` with spaces, has times where ustar has the name's beginning.
  const isPosix = ascii(header.subarray(257, 263)) === 'ustar' && header[262] === 0;
  const prefix = isPosix ? textField(header.subarray(345, 500), file) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function parseExtension(type: string, content: Uint8Array, file: string, position: number): Extension {
  if (type === 'L') return { name: textField(content, file) };
  if (type !== 'x') return {};
  const records = paxRecords(content, file, position);
  const name = records.get('path');
  const size = records.get('size');
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw corrupt(file, position, `the size ${JSON.stringify(size)}`);
  return {
    ...(name !== undefined && { name }),
    ...(size !== undefined && { size: Number(size) }),
    sparse: [...records.keys()].some((key) => key.startsWith('GNU.sparse.')),
  };
}

/** The records of a pax header, each `length key=value\n`, where the length counts the whole record in bytes. */
function paxRecords(content: Uint8Array, file: string, position: number): Map<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < content.length && content[start] !== 0;) {
    const space = content.indexOf(0x20, start);
    const length = space === -1 ? NaN : Number(ascii(content.subarray(start, space)));
    const end = start + length;
    const equals = content.indexOf(0x3d, space);
    if (!(Number.isInteger(length) && end <= content.length && equals > space && equals < end)) {
      throw corrupt(file, position, 'an extended header that cannot be parsed');
    }
    records.set(
      ascii(content.subarray(space + 1, equals)),
      textField(content.subarray(equals + 1, end - 1), file),
    );
    start = end;
  }
  return records;
}

/** A name with `./` taken off, after making sure that it could not lead out of a folder. */
function checkedName(name: string, file: string): string {
  if (/^([\\/]|[A-Za-z]:)/.test(name) || name.split(/[\\/]/).includes('..')) {
    throw new InputError(
      'path-outside',
      `${file} has a member named ${JSON.stringify(name)}, which leads out of the archive; nothing was read`,
      { file },
    );
  }
  return name.replace(/^(\.\/)+/, '');
}

function textField(field: Uint8Array, file: string): string {
  const end = field.indexOf(0);
  return decodeText(end === -1 ? field : field.subarray(0, end), `A name in ${file}`);
}

function ascii(field: Uint8Array): string {
  return Buffer.from(field).toString('latin1').replace(/\0.*$/s, '').trim();
}

function truncated(file: string, where: string): InputError {
  return new InputError(
    'tar-truncated',
    `${file} ends ${where}: it was cut off, as by a download that did not finish, or it is no tar archive`,
    { file },
  );
}

function corrupt(file: string, position: number, found: string): InputError {
  return new InputError(
    'tar-corrupt',
    `${file} is no tar archive or a broken one: at byte ${position} there is ${found}, expected a header`,
    { file },
  );
}
