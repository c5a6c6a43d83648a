import { z } from 'zod';
import { toFloat16 } from '../../../numerics/float16.ts';
import type { NumberType } from '../../numberTypes.ts';

/** How the values of an array are stored, in the words of Zarr 3 for both versions. */
export interface ZarrArray {
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** A value of the type, as it is in memory, little-endian. */
  readonly fill: Uint8Array;
  readonly chunk: ChunkFormat;
  /** The key of a chunk by its place in the grid, within the array's own folder. */
  readonly keyOf: (place: readonly number[]) => string;
}

/** A chunk: its shape, and what was done to its values, in the order of writing. */
export interface ChunkFormat {
  readonly shape: readonly number[];
  /** For each stored axis the axis of the array that it is. */
  readonly order: readonly number[];
  readonly content:
    | { readonly kind: 'values'; readonly bigEndian: boolean }
    | {
        readonly kind: 'shard';
        readonly inner: ChunkFormat;
        readonly indexAtStart: boolean;
        readonly indexHasSum: boolean;
      };
  readonly codecs: readonly ByteCodec[];
}

/** What compresses bytes, or protects them. */
export type ByteCodec = 'blosc' | 'zstd' | 'lz4' | 'gzip' | 'zlib' | 'crc32c';

/** What an array is that cannot be read as numbers. */
export interface UnreadArray {
  readonly shape: readonly number[];
  readonly description: string;
  readonly advice?: string;
}

const extent = z.number().int().nonnegative();
const chunkExtent = z.number().int().positive();
const fillSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]).optional();
const codecV2 = z.looseObject({ id: z.string() });
const arrayV2 = z.looseObject({
  zarr_format: z.literal(2),
  shape: z.array(extent),
  chunks: z.array(chunkExtent),
  dtype: z.union([z.string(), z.array(z.unknown())]),
  order: z.enum(['C', 'F']),
  fill_value: z.unknown(),
  compressor: codecV2.nullish(),
  filters: z.array(codecV2).nullish(),
  dimension_separator: z.enum(['.', '/']).optional(),
});

const noConfiguration: Record<string, unknown> = {};
const named = z.union([
  z.string().transform((name) => ({ name, configuration: noConfiguration })),
  z.looseObject({ name: z.string(), configuration: z.record(z.string(), z.unknown()).default({}) }),
]);
const arrayV3 = z.looseObject({
  zarr_format: z.literal(3),
  node_type: z.literal('array'),
  shape: z.array(extent),
  data_type: named,
  chunk_grid: named,
  chunk_key_encoding: named,
  fill_value: z.unknown(),
  codecs: z.array(named),
  storage_transformers: z.array(z.unknown()).optional(),
});
type Named = z.output<typeof named>;

const regularGrid = z.object({ chunk_shape: z.array(chunkExtent) });
const keyEncoding = z.object({ separator: z.enum(['.', '/']).optional() });
const bytesCodec = z.object({ endian: z.enum(['little', 'big']).optional() });
const transposeCodec = z.object({ order: z.union([z.array(extent), z.enum(['C', 'F'])]) });
const shardingCodec = z.object({
  chunk_shape: z.array(chunkExtent),
  codecs: z.array(named),
  index_codecs: z.array(named),
  index_location: z.enum(['start', 'end']).default('end'),
});

/** What is wrong with metadata, in a form that a message can go on with. */
export class MetadataError extends Error {}

/**
 * The metadata of an array, of version 2 (`.zarray`) or 3 (`zarr.json`).
 *
 * @returns null for what is no array.
 * @throws MetadataError when they are damaged.
 */
export function parseMetadata(text: string, version: 2 | 3): ZarrArray | UnreadArray | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new MetadataError(`not JSON (${(error as Error).message})`);
  }
  if (version === 3 && z.looseObject({ node_type: z.literal('group') }).safeParse(parsed).success)
    return null;
  return version === 2 ? fromV2(checked(arrayV2, parsed)) : fromV3(checked(arrayV3, parsed));
}

export function isRead(array: ZarrArray | UnreadArray): array is ZarrArray {
  return 'type' in array;
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new MetadataError(`${path.join('.') || 'the top'}: ${message}`);
}

function fromV2(metadata: z.output<typeof arrayV2>): ZarrArray | UnreadArray {
  const { shape, chunks, dtype, order, compressor, filters, dimension_separator: separator = '.' } = metadata;
  checkRank(shape, chunks);
  const unread = (description: string, advice?: string) => ({
    shape,
    description,
    ...(advice && { advice }),
  });
  const found = typeof dtype === 'string' ? typeOfV2(dtype) : null;
  if (found === null) return unread(typeof dtype === 'string' ? typeInWords(dtype) : 'records (structured)');
  const { type, bigEndian } = found;
  const [filter] = filters ?? [];
  if (filter !== undefined)
    return unread(`${type.name}, with the filter ${filter.id}`, 'save it without filters');
  const codec = compressor ? byteCodecOf(compressor.id) : undefined;
  if (codec === null) {
    return unread(
      `${type.name}, compressed by ${compressor!.id}`,
      'save it with Blosc, Zstd, LZ4, GZip or Zlib',
    );
  }
  const axes = shape.map((_, axis) => axis);
  return {
    shape,
    type,
    fill: fillBytes(metadata.fill_value, type),
    chunk: {
      shape: chunks,
      order: order === 'F' ? axes.toReversed() : axes,
      content: { kind: 'values', bigEndian },
      codecs: codec === undefined ? [] : [codec],
    },
    keyOf: (place) => place.join(separator) || '0',
  };
}

function fromV3(metadata: z.output<typeof arrayV3>): ZarrArray | UnreadArray {
  const { shape, data_type: dataType, chunk_grid: grid, chunk_key_encoding: encoding } = metadata;
  const unread = (description: string, advice?: string) => ({
    shape,
    description,
    ...(advice && { advice }),
  });
  const type = typesV3[dataType.name];
  if (type === undefined) return unread(`values of the type ${dataType.name}`);
  if (grid.name !== 'regular') return unread(`${type.name}, in a grid of chunks that is ${grid.name}`);
  if ((metadata.storage_transformers?.length ?? 0) > 0)
    return unread(`${type.name}, with storage transformers`);
  const { chunk_shape: chunkShape } = checked(regularGrid, grid.configuration);
  checkRank(shape, chunkShape);
  const chunk = chunkFormat(chunkShape, metadata.codecs);
  if (typeof chunk === 'string') {
    return unread(
      `${type.name}, with the codec ${chunk}`,
      'save it with Blosc, Zstd, GZip or no compression',
    );
  }
  const { separator } = checked(keyEncoding, encoding.configuration);
  if (encoding.name !== 'default' && encoding.name !== 'v2') {
    return unread(`${type.name}, with the chunk keys ${encoding.name}`);
  }
  return {
    shape,
    type,
    fill: fillBytes(metadata.fill_value, type),
    chunk,
    keyOf:
      encoding.name === 'v2'
        ? (place) => place.join(separator ?? '.') || '0'
        : (place) => ['c', ...place].join(separator ?? '/'),
  };
}

function checkRank(shape: readonly number[], chunk: readonly number[]): void {
  if (shape.length !== chunk.length) {
    throw new MetadataError(`the shape (${shape.join(', ')}) has chunks of (${chunk.join(', ')})`);
  }
}

/** The format of a chunk of Zarr 3; the name of a codec that is not known. */
function chunkFormat(shape: readonly number[], codecs: readonly Named[]): ChunkFormat | string {
  let order = shape.map((_, axis) => axis);
  let content: ChunkFormat['content'] | undefined;
  const byteCodecs: ByteCodec[] = [];
  for (const { name, configuration } of codecs) {
    if (content === undefined) {
      if (name === 'transpose') {
        order = transposed(order, checked(transposeCodec, configuration).order);
      } else if (name === 'bytes') {
        content = { kind: 'values', bigEndian: checked(bytesCodec, configuration).endian === 'big' };
      } else if (name === 'sharding_indexed') {
        const shard = shardContent(
          order.map((axis) => shape[axis]!),
          checked(shardingCodec, configuration),
        );
        if (typeof shard === 'string') return shard;
        content = shard;
      } else return name;
      continue;
    }
    const codec = byteCodecOf(name);
    if (codec === null) return name;
    byteCodecs.push(codec);
  }
  if (content === undefined) throw new MetadataError('codecs: none of them says how values are bytes');
  // A shard is read by parts.
  if (content.kind === 'shard' && byteCodecs.length > 0) return `${byteCodecs[0]!} of whole shards`;
  const [, second] = byteCodecs.filter((codec) => codec !== 'crc32c');
  if (second !== undefined) return `${second} after another one`;
  return { shape, order, content, codecs: byteCodecs };
}

function transposed(order: readonly number[], by: readonly number[] | 'C' | 'F'): number[] {
  if (by === 'C') return [...order];
  if (by === 'F') return order.toReversed();
  if (
    by.length !== order.length ||
    new Set(by).size !== by.length ||
    by.some((axis) => axis >= order.length)
  ) {
    throw new MetadataError(
      `codecs: the order ${by.join(', ')} of a transpose is none of ${order.length} axes`,
    );
  }
  return by.map((axis) => order[axis]!);
}

/** @param shape of the shard as it is stored. */
function shardContent(
  shape: readonly number[],
  {
    chunk_shape: inner,
    codecs,
    index_codecs: index,
    index_location: location,
  }: z.output<typeof shardingCodec>,
): ChunkFormat['content'] | string {
  checkRank(shape, inner);
  if (shape.some((length, axis) => length % inner[axis]! !== 0)) {
    throw new MetadataError(`codecs: a shard of (${shape.join(', ')}) has chunks of (${inner.join(', ')})`);
  }
  const format = chunkFormat(inner, codecs);
  if (typeof format === 'string') return format;
  if (format.content.kind === 'shard') return 'sharding_indexed within shards';
  const [first, second, ...more] = index;
  const isPlain = first?.name === 'bytes' && first.configuration['endian'] !== 'big';
  if (!isPlain || more.length > 0 || (second !== undefined && second.name !== 'crc32c')) {
    return `of the index of shards (${index.map(({ name }) => name).join(', ')})`;
  }
  return {
    kind: 'shard',
    inner: format,
    indexAtStart: location === 'start',
    indexHasSum: second !== undefined,
  };
}

function byteCodecOf(name: string): ByteCodec | null {
  const plain = name.replace(/^numcodecs\./, '');
  const known: readonly ByteCodec[] = ['blosc', 'zstd', 'lz4', 'gzip', 'zlib', 'crc32c'];
  // numcodecs' own of that name sums in another way.
  if (name === 'numcodecs.crc32c') return null;
  return known.find((codec) => codec === plain) ?? null;
}

const typesV3: Readonly<Record<string, NumberType>> = Object.fromEntries(
  (
    [
      ['bool', 1],
      ['int8', 1],
      ['uint8', 1],
      ['int16', 2],
      ['uint16', 2],
      ['int32', 4],
      ['uint32', 4],
      ['int64', 8],
      ['uint64', 8],
      ['float16', 2],
      ['bfloat16', 2],
      ['float32', 4],
      ['float64', 8],
    ] as const
  ).map(([name, bytes]) => [name, { name, bytes, bigEndian: false } as NumberType]),
);

function typeOfV2(dtype: string): { readonly type: NumberType; readonly bigEndian: boolean } | null {
  const [, order, kind, width] = /^([<>|])([biuf])([1248])$/.exec(dtype) ?? [];
  if (kind === undefined) return null;
  const name = kind === 'b' ? 'bool' : `${{ i: 'int', u: 'uint', f: 'float' }[kind]!}${8 * Number(width)}`;
  const type = typesV3[name];
  return type === undefined ? null : { type, bigEndian: order === '>' };
}

function typeInWords(dtype: string): string {
  const names: Record<string, string> = {
    O: 'objects',
    U: 'strings',
    S: 'strings',
    c: 'complex numbers',
    M: 'dates',
  };
  return `${names[dtype[1] ?? ''] ?? 'values of an unknown type'} (${dtype})`;
}

/** The fill value in memory. Of Zarr 2 it may be null, which leaves the values open: they are zero then. */
function fillBytes(value: unknown, { name, bytes: width }: NumberType): Uint8Array {
  const fill = checked(fillSchema, value) ?? 0;
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  const isFloat = name.includes('float');
  if (typeof fill === 'string' && /^0x[0-9a-f]+$/i.test(fill) && isFloat) {
    view.setBigUint64(0, BigInt.asUintN(64, BigInt(fill.slice(0, 18))), true);
    return bytes.slice(0, width);
  }
  const specials: Record<string, number> = { NaN, Infinity, '-Infinity': -Infinity };
  const number = typeof fill === 'string' ? (specials[fill] ?? null) : Number(fill);
  if (number === null || (!isFloat && !Number.isInteger(number))) {
    throw new MetadataError(`fill_value: ${JSON.stringify(fill)} is no ${name}`);
  }
  if (name === 'float64') view.setFloat64(0, number, true);
  else if (name === 'float32') view.setFloat32(0, number, true);
  else if (name === 'bfloat16') {
    view.setFloat32(4, number, true);
    view.setUint16(0, view.getUint16(6, true), true);
  } else if (name === 'float16') view.setUint16(0, toFloat16(Float32Array.of(number))[0]!, true);
  else view.setBigInt64(0, BigInt.asIntN(64, BigInt(number)), true);
  return bytes.slice(0, width);
}
