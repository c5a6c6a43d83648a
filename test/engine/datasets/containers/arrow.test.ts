import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Bool,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int64,
  LargeUtf8,
  List,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type DataType,
  type Vector,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../../../server/engine/datasets/arrow.ts';
import { describeShared, sharedFile } from '../../sharedData.ts';
import { asEmbeddings, inputErrorOf, openReader, readAll, temporaryFolder } from '../openForTest.ts';
import { othersOf } from './containerFiles.ts';

const folder = temporaryFolder();
const oracleFolder = fileURLToPath(new URL('../../../oracle/arrow', import.meta.url));
const oracle = JSON.parse(readFileSync(`${oracleFolder}.json`, 'utf8')) as Record<string, number[][]>;

const rows = [
  [1, 2.5, -3],
  [4, 5, 0.25],
  [7, -8, 9],
];

function lists(type: DataType, values: readonly unknown[]): Vector {
  return vectorFromArray(values as never[], new List(new Field('item', type, true)) as never) as Vector;
}

function fixed(type: DataType, length: number, values: readonly unknown[]): Vector {
  return vectorFromArray(
    values as never[],
    new FixedSizeList(length, new Field('item', type, true)) as never,
  ) as Vector;
}

function write(
  columns: Record<string, Vector>,
  form: 'stream' | 'file' = 'stream',
  name = 'a.arrow',
): string {
  writeFileSync(join(folder, name), tableToIPC(new Table(columns as never), form));
  return name;
}

const open = (path: string, params: object = {}) => openReader(arrow, { path, ...params }, folder);

describe('Arrow files that polars writes', () => {
  it.each(
    ['stream', 'file'].flatMap((form) =>
      ['uncompressed', 'lz4', 'zstd'].map((codec) => `${form}_${codec}.arrow`),
    ),
  )('%s', async (file) => {
    const params = { path: join(oracleFolder, file), modalities: ['image', 'text', 'codes'] };
    expect(await readAll(await openReader(arrow, params, folder), 40)).toEqual(oracle);
  });
});

describe('arrow', () => {
  it.each(['stream', 'file'] as const)('reads lists of every form from a %s', async (form) => {
    const path = write(
      {
        ids: vectorFromArray(['a', 'b', 'c'], new Utf8()),
        single: lists(new Float32(), rows),
        labels: vectorFromArray(['x', 'y', 'x']),
        double: fixed(new Float64(), 3, rows),
        half: lists(new Float16(), rows),
        truth: vectorFromArray([true, false, true], new Bool()),
        wrapped: lists(
          new List(new Field('item', new Float32(), true)),
          rows.map((row) => [row]),
        ),
        numbers: vectorFromArray([1n, 2n, 3n], new Int64()),
      },
      form,
    );
    const dataset = await open(path);
    expect(await readAll(dataset, 2)).toEqual({ single: rows, double: rows, half: rows, wrapped: rows });
    expect(dataset.notes.map(({ code }) => code)).toEqual(['left-out', 'axes-dropped']);
    expect(await othersOf('arrow', join(folder, path))).toEqual({
      ids: 'strings',
      labels: 'strings, as a dictionary',
      truth: 'truth values',
    });
  });

  it('reads the batches of a file as one array', async () => {
    const parts = [rows.slice(0, 1), rows.slice(1), rows].map(
      (values) => new Table({ x: lists(new Float32(), values) } as never),
    );
    const [first, ...others] = parts;
    writeFileSync(join(folder, 'batches.arrow'), tableToIPC(first!.concat(...others), 'stream'));
    const found = await readAll(await open('batches.arrow'), 4);
    expect(found).toEqual({ x: [...rows, ...rows] });
  });

  it('takes NULL for a row without direction, and refuses it in whole numbers', async () => {
    const path = write({ x: lists(new Float32(), [null, rows[1], [1, null, 3]]) });
    expect(await readAll(await open(path))).toEqual({ x: [[NaN, NaN, NaN], rows[1], [1, NaN, 3]] });
    const whole = write({ x: lists(new Int64(), [[1n, 2n], null]) });
    const dataset = await open(whole, { modalities: ['x'] });
    expect(await inputErrorOf(readAll(dataset))).toMatchObject({
      code: 'embedding-invalid',
      message: expect.stringContaining('row 2') as string,
    });
    await dataset.close();
  });

  it('refuses lists of other lengths, with their row', async () => {
    const dataset = await open(write({ x: lists(new Float32(), [...rows, [1, 2]]) }));
    expect(await inputErrorOf(readAll(dataset, 2))).toMatchObject({
      code: 'embedding-ragged',
      message: expect.stringMatching(/row 4: x has 2 numbers, expected 3/) as string,
    });
    await dataset.close();
  });

  it('says how rows to embed are read, and what other files are', async () => {
    const path = write({
      image: vectorFromArray(
        [{ bytes: null, path: 'a.jpg' }],
        new Struct([new Field('path', new LargeUtf8(), true)]),
      ),
      caption: vectorFromArray(['a dog'], new Utf8()),
    });
    const { code, message } = await inputErrorOf(open(path));
    expect(code).toBe('arrow-rows');
    expect(message).toMatch(/image \(records of path\), caption \(strings\).*to_parquet/);
    for (const [start, expected] of [
      ['FEA1', /version 1; write it with/],
      ['PAR1', /a Parquet file/],
    ] as const) {
      writeFileSync(join(folder, 'other.arrow'), `${start}${' '.repeat(50)}`);
      expect((await inputErrorOf(open('other.arrow'))).message).toMatch(expected);
    }
  });

  it('refuses a file that was not closed, or was cut off', async () => {
    for (const form of ['stream', 'file'] as const) {
      const path = write({ x: lists(new Float32(), rows) }, form);
      const whole = readFileSync(join(folder, path));
      for (let length = 0; length < whole.length; length += form === 'stream' ? 8 : 40) {
        writeFileSync(join(folder, 'cut.arrow'), whole.subarray(0, length));
        expect((await inputErrorOf(open('cut.arrow'))).code).toMatch(/^arrow-(truncated|damaged)$/);
      }
    }
  });
});

describe('datasets of Hugging Face’s library', () => {
  const shard = (from: number, to: number) =>
    tableToIPC(
      new Table({
        x: lists(new Float32(), rows.slice(from, to)),
        y: lists(new Float32(), rows.slice(from, to)),
      } as never),
    );

  function save(name: string, files: Record<string, string | Uint8Array>): string {
    mkdirSync(join(folder, name), { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(join(folder, name, file, '..'), { recursive: true });
      writeFileSync(join(folder, name, file), content);
    }
    return name;
  }
  const state = (...names: string[]) =>
    JSON.stringify({ _data_files: names.map((filename) => ({ filename })), _split: null });
  const saved = {
    'state.json': state('data-00000-of-00002.arrow', 'data-00001-of-00002.arrow'),
    'dataset_info.json': '{}',
    'data-00000-of-00002.arrow': shard(0, 2),
    'data-00001-of-00002.arrow': shard(2, 3),
  };

  it('are read with all their shards', async () => {
    const path = save('saved', saved);
    expect(await arrow.recognises!(join(folder, path), true)).toBe(true);
    expect(await readAll(await open(path), 2)).toEqual({ x: rows, y: rows });
  });

  it('have one split taken', async () => {
    const path = save('dict', {
      'dataset_dict.json': JSON.stringify({ splits: ['train', 'test'] }),
      ...Object.fromEntries(Object.entries(saved).map(([name, content]) => [`test/${name}`, content])),
      'train/state.json': state('a.arrow'),
      'train/a.arrow': shard(0, 1),
    });
    expect(await arrow.recognises!(join(folder, path), true)).toBe(true);
    expect(await readAll(await open(path, { split: 'test' }))).toEqual({ x: rows, y: rows });
    expect(await readAll(await open(path, { split: 'train' }))).toEqual({ x: [rows[0]], y: [rows[0]] });
    expect((await inputErrorOf(open(path))).message).toMatch(/splits train, test; .*`split: test`/);
    expect((await inputErrorOf(open(path, { split: 'dev' }))).code).toBe('split-missing');
  });

  it('are read from the cache, where every shard is there', async () => {
    const path = save('cache', {
      'dataset_info.json': '{}',
      'my_data-train-00000-of-00002.arrow': shard(0, 1),
      'my_data-train-00001-of-00002.arrow': shard(1, 3),
      'my_data-test.arrow': shard(0, 2),
      'cache-12ab.arrow': 'not of the dataset',
    });
    expect(await readAll(await open(path, { split: 'train' }))).toEqual({ x: rows, y: rows });
    expect(await readAll(await open(path, { split: 'test' }))).toMatchObject({ x: rows.slice(0, 2) });
    const missing = save('missing', {
      'dataset_info.json': '{}',
      'd-train-00001-of-00002.arrow': shard(0, 1),
    });
    expect((await inputErrorOf(open(missing))).code).toBe('huggingface-shards');
  });

  it.each([
    ['a shard outside of the folder', state('../a.arrow'), 'path-outside'],
    ['a shard that is not there', state('b.arrow'), 'file-unreadable'],
    ['a state that is no JSON', '{', 'huggingface-state'],
    ['a state without files', '{}', 'huggingface-state'],
    [
      'rows by a file of indices',
      `{"_data_files":[{"filename":"a.arrow"}],"_indices_files":[{}]}`,
      'huggingface-state',
    ],
  ])('are refused with %s', async (_, content, code) => {
    const path = save('refused', { 'state.json': content, 'a.arrow': shard(0, 1) });
    expect(await inputErrorOf(open(path))).toMatchObject({ code });
  });

  it('are refused where a shard has other columns', async () => {
    const other = tableToIPC(new Table({ x: lists(new Float64(), rows) } as never));
    const path = save('differ', {
      'state.json': state('a.arrow', 'b.arrow'),
      'a.arrow': shard(0, 1),
      'b.arrow': other,
    });
    expect(await inputErrorOf(open(path))).toMatchObject({ code: 'arrow-columns' });
  });
});

describeShared('arrow', () => {
  it('reads what a stranger brings', async () => {
    for (const path of ['hf_dataset', 'hf_dataset/data-00000-of-00001.arrow']) {
      const dataset = asEmbeddings(await open(sharedFile(`cases/containers/${path}`)));
      expect(dataset.sources.map(({ modality, rows: count, columns }) => [modality, count, columns])).toEqual(
        [
          ['image', 24, 8],
          ['text', 24, 8],
        ],
      );
      await dataset.close();
    }
  });
});
