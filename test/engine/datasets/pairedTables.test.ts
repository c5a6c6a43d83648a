import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { dataEntryFor } from '../../../server/engine/datasets/dataEntry.ts';
import { embeddingFolder } from '../../../server/engine/datasets/embeddingFolder.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { inputErrorOf, openReader } from './openForTest.ts';
import { useTableFolder, type TableParams } from './tableFolder.ts';

const tables = useTableFolder();

function entryOf(files: readonly string[], names?: readonly string[]) {
  return dataEntryFor(
    files.map((file) => join(tables.path, file)),
    { placeOf: (path) => path, names },
  );
}

async function refusal(files: readonly string[], names?: readonly string[]): Promise<InputError> {
  const error: unknown = await entryOf(files, names).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

/** The entry that a message ends with, read. */
async function readAdvised({ message }: InputError) {
  const { data } = parse(message.slice(message.indexOf('\ndata:'), message.lastIndexOf('\n'))) as {
    data: TableParams & { kind: string };
  };
  const { kind, ...params } = data;
  expect(kind).toBe('table');
  return tables.embeddings(params);
}

describe('several tables', () => {
  it('of a modality each are refused with the query that pairs their rows by order', async () => {
    await tables.writeParquet('image.parquet', 'SELECT [i, 1.0, 2.0] AS embedding FROM range(3) t(i)');
    await tables.writeParquet('text.parquet', 'SELECT [i, 5.0, 2.0] AS embedding FROM range(3) t(i)');
    const error = await refusal(['image.parquet', 'text.parquet']);
    expect(error.code).toBe('tables-of-modalities');
    expect(error.message).toContain('image.parquet and text.parquet are');
    expect(await readAdvised(error)).toEqual({
      image: [0, 1, 2].map((i) => [i, 1, 2]),
      text: [0, 1, 2].map((i) => [i, 5, 2]),
    });
  });

  it('are paired by the ids that both have', async () => {
    const rows = 'FROM range(3) t(i)';
    await tables.writeParquet('by_id_image.parquet', `SELECT i AS id, [i, 1.0] AS v ${rows}`);
    await tables.writeParquet('by_id_text.parquet', `SELECT 2 - i AS id, [2.0 - i, 5.0] AS w ${rows}`);
    const { image, text } = await readAdvised(await refusal(['by_id_image.parquet', 'by_id_text.parquet']));
    expect(image!.map(([id]) => id).sort()).toEqual([0, 1, 2]);
    expect(text!.map(([id]) => id)).toEqual(image!.map(([id]) => id));
  });

  it.each([
    ['numbers', '0,1,2\n'],
    ['names', 'v_0,v_1,v_2\n'],
    ['nothing', ''],
    ['an index and numbers', ',0,1,2\n'],
  ])('of numbered columns that %s stand over are paired', async (title, header) => {
    const index = header.startsWith(',') ? '7,' : '';
    const name = title.replaceAll(' ', '');
    for (const [modality, last] of Object.entries({ image: 0.5, text: 2.5 })) {
      const lines = [1.25, -2.75].map((value) => `${index}${value},0.25,${last}\n`);
      writeFileSync(join(tables.path, `${name}_${modality}.csv`), header + lines.join(''));
    }
    const error = await refusal([`${name}_image.csv`, `${name}_text.csv`]);
    expect(await readAdvised(error)).toEqual({
      image: [
        [1.25, 0.25, 0.5],
        [-2.75, 0.25, 0.5],
      ],
      text: [
        [1.25, 0.25, 2.5],
        [-2.75, 0.25, 2.5],
      ],
    });
  });

  it('of splits or numbers are parts of one, unless names make modalities of them', async () => {
    for (const files of [
      ['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet'],
      ['images_train.parquet', 'images_val.parquet'],
      ['part-0.parquet', 'part-1.parquet'],
    ]) {
      for (const file of files) await tables.writeParquet(file, 'SELECT [1.0, 2.0] AS embedding');
      const path = files.map((file) => join(tables.path, file));
      expect(await entryOf(files)).toEqual({ kind: 'table', path });
      expect((await refusal(files, ['image', 'text'])).message).toContain('POSITIONAL JOIN');
      expect((await refusal(files, ['image'])).code).toBe('modality-names');
    }
  });

  it('that are named by modality as arrays are refused with the query as well', async () => {
    for (const file of ['one.parquet', 'two.parquet']) {
      await tables.writeParquet(file, 'SELECT [i, 1.0] AS embedding FROM range(3) t(i)');
    }
    const path = { image: 'one.parquet', text: 'two.parquet' };
    const error = await inputErrorOf(openReader(embeddingFolder, { path }, tables.path));
    expect(error.code).toBe('array-format');
    expect(Object.keys(await readAdvised(error))).toEqual(['image', 'text']);
  });
});
