import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dataEntryFor, type DataEntry } from '../../../server/engine/datasets/dataEntry.ts';
import { describeEntry } from '../../../server/worker/describeData.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { inputErrorOf } from './openForTest.ts';

const folder = useTemporaryFolder();
const signal = new AbortController().signal;

/** A table of ids and embeddings. */
const rows = (ids: readonly number[]) =>
  ids.map((id) => JSON.stringify({ id, embedding: [id, 1, 0.5, -id] })).join('\n');

const files = ['image.jsonl', 'text.jsonl', 'part-0.jsonl', 'part-1.jsonl', 'train.jsonl', 'test.jsonl'];

function entryOf(names: readonly string[], modalities?: readonly string[]) {
  const paths = names.map((name) => join(folder(), name));
  return dataEntryFor(paths, { placeOf: (path) => path, names: modalities });
}

describe('several tables', () => {
  beforeEach(async () => {
    for (const [index, name] of files.entries()) {
      await writeFile(join(folder(), name), rows(index === 1 ? [3, 1, 2] : [1, 2, 3]));
    }
  });

  it.each([
    ['parts', ['part-0.jsonl', 'part-1.jsonl']],
    ['splits', ['train.jsonl', 'test.jsonl']],
    ['one with any other', ['image.jsonl', 'train.jsonl']],
  ])('%s are read one after the other', async (_, names) => {
    const entry = await entryOf(names);
    expect(entry).toEqual({ kind: 'table', path: names.map((name) => join(folder(), name)) });
  });

  it('of a modality each are refused, with an entry that pairs them', async () => {
    const { code, message } = await inputErrorOf(entryOf(['image.jsonl', 'text.jsonl']));
    expect(code).toBe('tables-of-modalities');
    expect(message.length).toBeLessThan(1_000);
    const entry = message.slice(message.indexOf('\ndata:'), message.lastIndexOf('\n'));
    const { data } = parse(entry) as { data: DataEntry };
    expect(await describeEntry({ data, baseFolder: folder() }, signal)).toMatchObject({
      rows: 3,
      modalities: [
        { name: 'image', dimension: 4 },
        { name: 'text', dimension: 4 },
      ],
    });
  });

  it('are refused where modalities are named for them', async () => {
    expect((await inputErrorOf(entryOf(['part-0.jsonl', 'part-1.jsonl'], ['a', 'b']))).code).toBe(
      'tables-of-modalities',
    );
    expect((await inputErrorOf(entryOf(['part-0.jsonl', 'part-1.jsonl'], ['a']))).code).toBe(
      'modality-names',
    );
  });
});
