import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Blosc from 'numcodecs/blosc';
import Zstd from 'numcodecs/zstd';
import { describe, expect, it } from 'vitest';
import { inputErrorOf, temporaryFolder } from '../openForTest.ts';
import { othersOf, readContainer } from './containerFiles.ts';

// No writer of version 3 is at hand: these are by the specification (https://zarr-specs.readthedocs.io, v3 core).

const folder = temporaryFolder();
const [rows, columns] = [5, 4];
const value = (row: number, column: number) => row - column / 4;
const expected = {
  shape: [rows, columns],
  data: Array.from({ length: rows * columns }, (_, at) => value(Math.floor(at / columns), at % columns)),
};

/** The bytes of a chunk of (chunkRows, chunkColumns) at a place; beyond the array, 99. */
function chunk(
  place: readonly number[],
  [chunkRows, chunkColumns]: readonly [number, number],
  { big = false, transposed = false } = {},
): Buffer {
  const bytes = Buffer.alloc(4 * chunkRows * chunkColumns);
  for (let row = 0; row < chunkRows; row++) {
    for (let column = 0; column < chunkColumns; column++) {
      const [ofArray, inArray] = [place[0]! * chunkRows + row, place[1]! * chunkColumns + column];
      const written = ofArray < rows && inArray < columns ? value(ofArray, inArray) : 99;
      const at = 4 * (transposed ? column * chunkRows + row : row * chunkColumns + column);
      if (big) bytes.writeFloatBE(written, at);
      else bytes.writeFloatLE(written, at);
    }
  }
  return bytes;
}

const places = (grid: readonly [number, number]) =>
  Array.from({ length: grid[0] * grid[1] }, (_, at) => [Math.floor(at / grid[1]), at % grid[1]]);

interface Written {
  readonly shape?: readonly number[];
  readonly type?: string;
  readonly chunkShape?: readonly number[];
  readonly codecs: readonly unknown[];
  readonly fill?: unknown;
  readonly encoding?: unknown;
}

let last = 0;

function write(array: Written, chunks: Readonly<Record<string, Uint8Array>>): string {
  const at = join(folder, `${++last}.zarr`);
  const metadata = {
    zarr_format: 3,
    node_type: 'array',
    shape: array.shape ?? [rows, columns],
    data_type: array.type ?? 'float32',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: array.chunkShape ?? [2, 3] } },
    chunk_key_encoding: array.encoding ?? { name: 'default', configuration: { separator: '/' } },
    fill_value: array.fill ?? 0,
    codecs: array.codecs,
  };
  for (const [key, bytes] of Object.entries({
    'zarr.json': Buffer.from(JSON.stringify({ zarr_format: 3, node_type: 'group', attributes: {} })),
    'x/zarr.json': Buffer.from(JSON.stringify(metadata)),
    ...Object.fromEntries(Object.entries(chunks).map(([key, bytes]) => [`x/${key}`, bytes])),
  })) {
    mkdirSync(dirname(join(at, key)), { recursive: true });
    writeFileSync(join(at, key), bytes);
  }
  return at;
}

const little = { name: 'bytes', configuration: { endian: 'little' } };
const gzip = { name: 'gzip', configuration: { level: 5 } };
const crc = { name: 'crc32c' };

/** CRC-32C bit by bit, unlike the reader's table. */
function withSum(bytes: Uint8Array): Buffer {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  const end = Buffer.alloc(4);
  end.writeUInt32LE((sum ^ 0xffffffff) >>> 0);
  return Buffer.concat([bytes, end]);
}

async function chunksOf(
  encode: (place: number[]) => Uint8Array | Promise<Uint8Array>,
  key = (p: number[]) => `c/${p.join('/')}`,
) {
  const entries = places([3, 2]).map(async (place) => [key(place), await encode(place)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('Zarr 3', () => {
  it('has the checksum of the specification’s example', () => {
    expect(withSum(Buffer.from('123456789')).readUInt32LE(9)).toBe(0xe3069283);
  });

  it.each<[string, Written['codecs'], (place: number[]) => Uint8Array | Promise<Uint8Array>]>([
    ['no compression', [little], (place) => chunk(place, [2, 3])],
    [
      'big-endian values',
      [{ name: 'bytes', configuration: { endian: 'big' } }],
      (place) => chunk(place, [2, 3], { big: true }),
    ],
    ['gzip', [little, gzip], (place) => gzipSync(chunk(place, [2, 3]))],
    [
      'zstd',
      [little, { name: 'zstd', configuration: { level: 1 } }],
      (place) => Zstd.fromConfig({ id: 'zstd', level: 1 }).encode(chunk(place, [2, 3])),
    ],
    [
      'blosc',
      [little, { name: 'blosc', configuration: { cname: 'zstd' } }],
      (place) => Blosc.fromConfig({ id: 'blosc', cname: 'zstd' }).encode(chunk(place, [2, 3])),
    ],
    ['a checksum', [little, crc], (place) => withSum(chunk(place, [2, 3]))],
    [
      'a checksum of what is compressed',
      [little, gzip, crc],
      (place) => withSum(gzipSync(chunk(place, [2, 3]))),
    ],
    [
      'a checksum that is compressed',
      [little, crc, gzip],
      (place) => gzipSync(withSum(chunk(place, [2, 3]))),
    ],
    [
      'transposed chunks',
      [{ name: 'transpose', configuration: { order: [1, 0] } }, little],
      (place) => chunk(place, [2, 3], { transposed: true }),
    ],
  ])('reads %s', async (_, codecs, encode) => {
    expect(await readContainer('zarr', write({ codecs }, await chunksOf(encode)))).toEqual({ x: expected });
  });

  it('reads keys of every kind', async () => {
    for (const [encoding, key] of [
      [{ name: 'default' }, (p: number[]) => `c/${p.join('/')}`],
      [{ name: 'default', configuration: { separator: '.' } }, (p: number[]) => `c.${p.join('.')}`],
      [{ name: 'v2' }, (p: number[]) => p.join('.')],
      [{ name: 'v2', configuration: { separator: '/' } }, (p: number[]) => p.join('/')],
    ] as const) {
      const chunks = await chunksOf((place) => chunk(place, [2, 3]), key);
      expect(await readContainer('zarr', write({ codecs: [little], encoding }, chunks))).toEqual({
        x: expected,
      });
    }
  });

  it.each(['start', 'end'] as const)(
    'reads shards with their index at the %s, and what they lack',
    async (location) => {
      const sharding = (name: string) => ({
        name,
        configuration: {
          chunk_shape: [1, 2],
          codecs: [little, gzip],
          index_codecs: [little, crc],
          index_location: location,
        },
      });
      const shard = (place: readonly number[]): Buffer => {
        const index = Buffer.alloc(2 * 2 * 16, 0xff);
        const parts: Buffer[] = [];
        let at = location === 'start' ? index.length + 4 : 0;
        for (const [row, column] of places([2, 2]) as [number, number][]) {
          const inArray = [place[0]! * 2 + row, place[1]! * 2 + column];
          // One chunk is not there.
          if (inArray[0] === 4 && inArray[1] === 1) continue;
          const part = gzipSync(chunk(inArray, [1, 2]));
          index.writeBigUInt64LE(BigInt(at), (row * 2 + column) * 16);
          index.writeBigUInt64LE(BigInt(part.length), (row * 2 + column) * 16 + 8);
          parts.push(part);
          at += part.length;
        }
        const summed = withSum(index);
        return Buffer.concat(location === 'start' ? [summed, ...parts] : [...parts, summed]);
      };
      const chunks = Object.fromEntries(
        places([3, 1]).map((place) => [`c/${place.join('/')}`, shard(place)]),
      );
      const array = { codecs: [sharding('sharding_indexed')], chunkShape: [2, 4], fill: 7 };
      const data = [...expected.data.slice(0, -2), 7, 7];
      expect(await readContainer('zarr', write(array, chunks))).toEqual({ x: { ...expected, data } });
      const first = chunks['c/0/0']!;
      const damaged = { ...chunks, 'c/0/0': Buffer.from(first) };
      const atIndex = location === 'start' ? 3 : first.length - 6;
      damaged['c/0/0'].writeUInt8(first[atIndex]! ^ 1, atIndex);
      expect(await inputErrorOf(readContainer('zarr', write(array, damaged)))).toMatchObject({
        code: 'zarr-chunk',
      });
    },
  );

  it.each<[string, unknown, number | string]>([
    ['float32', '0x40200000', 2.5],
    ['float32', 'NaN', 'NaN'],
    ['float64', '-Infinity', '-Infinity'],
    ['float16', 0.5, 0.5],
    ['bfloat16', 0.5, 0.5],
    ['float16', '0x3c00', 1],
    ['int16', -3, -3],
    ['uint8', 200, 200],
    ['bool', true, 1],
  ])('fills %s with %s', async (type, fill, filled) => {
    // One chunk of zeros, and one that is not there.
    const path = write(
      { type, fill, codecs: [little], shape: [2, 1], chunkShape: [1, 1] },
      {
        'c/0/0': Buffer.alloc(
          type.includes('64') ? 8 : type.includes('32') ? 4 : type.includes('16') ? 2 : 1,
        ),
      },
    );
    expect(await readContainer('zarr', path)).toEqual({ x: { shape: [2, 1], data: [0, filled] } });
  });

  it.each<[string, Partial<Written>, string]>([
    ['strings', { type: 'string' }, 'values of the type string'],
    [
      'an unknown codec',
      { codecs: [little, { name: 'pcodec' }] },
      'float32, with the codec pcodec; save it with',
    ],
    [
      'compressed shards',
      {
        codecs: [
          {
            name: 'sharding_indexed',
            configuration: { chunk_shape: [1, 3], codecs: [little], index_codecs: [little, crc] },
          },
          gzip,
        ],
      },
      'gzip of whole shards',
    ],
    ['keys of another kind', { encoding: { name: 'fancy' } }, 'the chunk keys fancy'],
  ])('names %s', async (_, array, reason) => {
    expect((await othersOf('zarr', write({ codecs: [little], ...array }, {})))['x']).toContain(reason);
  });

  it.each<[string, Partial<Written>]>([
    ['chunks of another rank', { chunkShape: [2] }],
    ['no codec for values', { codecs: [] }],
    [
      'a shard that its chunks do not fill',
      {
        codecs: [
          {
            name: 'sharding_indexed',
            configuration: { chunk_shape: [2, 2], codecs: [little], index_codecs: [little] },
          },
        ],
      },
    ],
    ['a fill value of another type', { type: 'int32', fill: 'NaN' }],
    [
      'an order of axes that there are not',
      { codecs: [{ name: 'transpose', configuration: { order: [0, 2] } }, little] },
    ],
  ])('refuses %s', async (_, array) => {
    expect(
      await inputErrorOf(readContainer('zarr', write({ codecs: [little], ...array }, {}))),
    ).toMatchObject({
      code: 'zarr-metadata',
    });
  });

  it('refuses a chunk whose checksum does not fit', async () => {
    const chunks = await chunksOf((place) => withSum(chunk(place, [2, 3])));
    chunks['c/1/0']!.set([1], 2);
    const { code, message } = await inputErrorOf(
      readContainer('zarr', write({ codecs: [little, crc] }, chunks)),
    );
    expect(code).toBe('zarr-chunk');
    expect(message).toContain('c/1/0');
  });
});
