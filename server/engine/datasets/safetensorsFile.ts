import { open, rm, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { describeMismatch } from '../schemaMismatch.ts';
import { fileRange, type ByteRange } from './byteRange.ts';
import { expectNoStandIn } from './standInFile.ts';

/** A tensor in a safetensors file. */
export interface SafetensorsEntry {
  readonly name: string;
  /** The format's name of the number type: `F16`, `BF16`, `F32`, `F64`, `I64`, …. */
  readonly type: string;
  readonly shape: readonly number[];
  /** The values: little-endian, row-major. */
  readonly bytes: ByteRange;
}

/** The limit of the format's reference implementation. */
const LARGEST_HEADER = 100_000_000;
/** The header is padded with spaces, so that the values are aligned. */
const ALIGNMENT = 8;
/** A single system call may not write 2 GiB or more. */
const LARGEST_WRITE = 2 ** 30;

const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  U16: 16,
  I16: 16,
  F16: 16,
  BF16: 16,
  U32: 32,
  I32: 32,
  F32: 32,
  U64: 64,
  I64: 64,
  F64: 64,
};

const wholeNumber = z.number().int().nonnegative();
const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(wholeNumber),
    data_offsets: z.tuple([wholeNumber, wholeNumber]),
  }),
);

/**
 * The tensors in a safetensors file, in the order of its header. The offsets must cover the file without a gap or
 * an overlap, as the format demands.
 *
 * @throws InputError `safetensors-empty`, `safetensors-truncated`, `safetensors-header`, `safetensors-offsets`,
 *   `safetensors-size`; as `expectNoStandIn`.
 */
export async function readSafetensors(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<SafetensorsEntry[]> {
  return (await readSafetensorsFile(handle, file, size)).tensors;
}

/** A safetensors file: the tensors in the order of its header, and what its writer said of them. */
export interface SafetensorsFile {
  readonly tensors: SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * As `readSafetensors`, with the metadata; entries of it that are not texts are left out.
 *
 * @throws InputError as `readSafetensors` does.
 */
export async function readSafetensorsFile(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<SafetensorsFile> {
  const problem = (code: string, message: string) => new InputError(code, `${file}: ${message}`, { file });
  if (size === 0) {
    throw problem('safetensors-empty', 'the file is empty (0 bytes), expected safetensors');
  }
  if (size < 8)
    throw problem('safetensors-truncated', `it has only ${size} bytes, fewer than the header's length`);
  const whole = fileRange(handle, file, 0, size);
  const lengthBytes = Buffer.alloc(8);
  await whole.read(0, lengthBytes);
  const length = Number(lengthBytes.readBigUInt64LE());
  if (length > LARGEST_HEADER || length > size - 8) {
    await expectNoStandIn(handle, file, size);
    const start = lengthBytes.toString('latin1');
    if (/^[\x20-\x7e]{8}$/.test(start)) {
      throw problem(
        'safetensors-header',
        `it begins with the text ${JSON.stringify(start)}, expected the length of a header: it is no safetensors file, whatever its name says`,
      );
    }
    throw problem(
      'safetensors-truncated',
      `the header claims ${length} bytes, but the file has ${size - 8} after its length, and at most ${LARGEST_HEADER} are read`,
    );
  }
  const headerBytes = Buffer.alloc(length);
  await whole.read(8, headerBytes);
  const { header, metadata } = parseHeader(headerBytes.toString('utf8'), problem);
  const dataStart = 8 + length;
  const entries = Object.entries(header).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      const bits = BITS[dtype];
      const claimed = shape.reduce((product, extent) => product * extent, (bits ?? 0) / 8);
      // Types that this table does not know are somebody else's tensors: their size cannot be judged.
      if (bits !== undefined && claimed !== end - begin) {
        throw problem(
          'safetensors-size',
          `the tensor ${name} has the shape (${shape.join(', ')}) of ${dtype}, ${claimed} bytes, but the offsets ${begin} to ${end}`,
        );
      }
      return { name, type: dtype, shape, begin, end };
    },
  );
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered || end < begin) {
      throw problem(
        'safetensors-offsets',
        `the tensor ${name} has the offsets ${begin} to ${end}, expected to begin at ${covered}: tensors may not overlap or leave gaps`,
      );
    }
    covered = end;
  }
  if (covered !== size - dataStart) {
    throw problem(
      'safetensors-offsets',
      `the header describes ${covered} bytes of values, but the file has ${size - dataStart}: it is truncated, or its header is wrong`,
    );
  }
  const tensors = entries.map(({ name, type, shape, begin, end }) => ({
    name,
    type,
    shape,
    bytes: fileRange(handle, file, dataStart + begin, end - begin),
  }));
  return { tensors, metadata };
}

function parseHeader(
  text: string,
  problem: (code: string, message: string) => InputError,
): { header: z.output<typeof headerSchema>; metadata: Record<string, string> } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw problem('safetensors-header', `the header is not JSON: ${(error as Error).message}`);
  }
  const metadata: Record<string, string> = {};
  if (typeof parsed === 'object' && parsed !== null && '__metadata__' in parsed) {
    for (const [key, value] of Object.entries(parsed.__metadata__ ?? {})) {
      if (typeof value === 'string') metadata[key] = value;
    }
    delete parsed.__metadata__;
  }
  const checked = headerSchema.safeParse(parsed);
  if (checked.success) return { header: checked.data, metadata };
  throw problem('safetensors-header', `the header is damaged: ${describeMismatch(checked.error, parsed)}`);
}

/** A tensor to write, row-major: float32, or bytes. */
export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/**
 * Writes tensors to a safetensors file, in one pass, and waits until they are on the disk. What was at the
 * path is replaced; a file that could not be written whole is removed.
 *
 * @param tensors By name, in the order in which they are written; row-major.
 * @throws RangeError when a tensor has another number of values than its shape says.
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, WrittenTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const values = shape.reduce((product, extent) => product * extent, 1);
    if (values !== data.length) {
      throw new RangeError(`The tensor ${name} of shape (${shape.join(', ')}) has ${data.length} values`);
    }
    const dtype = data instanceof Float32Array ? 'F32' : 'U8';
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const start = Buffer.alloc(8 + length, ' ');
  start.writeBigUInt64LE(BigInt(length));
  json.copy(start, 8);
  const handle = await open(path, 'w');
  try {
    await writeAll(handle, start);
    for (const { data } of Object.values(tensors)) {
      await writeAll(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, LARGEST_WRITE));
    done += bytesWritten;
  }
}
