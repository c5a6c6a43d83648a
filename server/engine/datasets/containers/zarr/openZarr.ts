import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Note } from '../../../../protocol/report.ts';
import { InputError } from '../../../problems.ts';
import { unreadableFile } from '../../textFile.ts';
import type { Container, ContainerArray, ContainerSource } from '../container.ts';
import { isRead, MetadataError, parseMetadata, type UnreadArray, type ZarrArray } from './zarrMetadata.ts';
import { openStore, type ZarrStore } from './zarrStore.ts';
import { ChunkError, ZarrValues } from './zarrValues.ts';

const LARGEST_METADATA = 2 ** 24;
const MOST_ARRAYS = 10_000;
/** A chunk is decompressed in memory. */
const LARGEST_UNIT = 2 ** 29;
const MOST_COLUMNS = 2 ** 24;

/**
 * Opens a Zarr hierarchy of version 2 or 3, in a folder or a zip archive: its arrays, named by the way to them. An array
 * at the top has the name of the folder.
 *
 * @throws InputError `zarr-metadata`, `zarr-empty`, and those of `openStore`.
 */
export async function openZarr({ path }: ContainerSource): Promise<Container> {
  const isFolder = await stat(path).then(
    (status) => status.isDirectory(),
    (error: unknown) => {
      throw unreadableFile(path, error);
    },
  );
  const store = await openStore(path, isFolder);
  try {
    const found = await listArrays(store, path);
    if (found.length === 0) {
      throw new InputError(
        'zarr-empty',
        `${path} holds no Zarr array: neither a .zarray of version 2 nor a zarr.json of version 3 that is one`,
        { file: path },
      );
    }
    const notes: Note[] = [];
    const readers = new Map<number, ZarrValues>();
    const arrays = found.map(({ prefix, metadata }, index): ContainerArray => {
      const name = prefix === '' ? basename(path).replace(/(\.zarr)?(\.zip)?$/i, '') : prefix.slice(0, -1);
      if (!isRead(metadata)) return { name, type: null, ...metadata };
      const values = new ZarrValues(store, prefix, metadata);
      const problem = sizeProblem(metadata, values);
      if (problem !== null) {
        return { name, type: null, description: metadata.type.name, shape: metadata.shape, advice: problem };
      }
      notes.push(...missingChunks(path, name, values));
      readers.set(index, values);
      return { name, type: metadata.type, shape: metadata.shape, rowsTogether: values.unit.at(-2) ?? 1 };
    });
    return {
      arrays,
      notes,
      read: async (index, offset, count) => {
        try {
          return await readers.get(index)!.read(offset, count);
        } catch (error) {
          if (!(error instanceof ChunkError)) throw error;
          throw new InputError('zarr-chunk', `${path}, array ${arrays[index]!.name}: ${error.message}`, {
            file: path,
          });
        }
      },
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface ListedArray {
  readonly prefix: string;
  readonly metadata: ZarrArray | UnreadArray;
}

async function listArrays(store: ZarrStore, path: string): Promise<ListedArray[]> {
  const found: ListedArray[] = [];
  const documents = [...store.keys].filter((key) => /(^|\/)(\.zarray|zarr\.json)$/.test(key));
  for (const key of documents.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const prefix = key.replace(/(\.zarray|zarr\.json)$/, '');
    const damaged = (what: string) =>
      new InputError('zarr-metadata', `${path}: ${key} is damaged: ${what}`, { file: path });
    const text = await store.withBytes(key, async (bytes) => {
      if (bytes.size > LARGEST_METADATA) throw damaged(`it has ${bytes.size} bytes`);
      const content = Buffer.alloc(bytes.size);
      await bytes.read(0, content);
      return content.toString('utf8');
    });
    let metadata: ZarrArray | UnreadArray | null;
    try {
      metadata = parseMetadata(text, key.endsWith('.zarray') ? 2 : 3);
    } catch (error) {
      throw error instanceof MetadataError ? damaged(error.message) : error;
    }
    // Where both versions are there, the newer one is meant.
    if (key.endsWith('.zarray') && store.keys.has(`${prefix}zarr.json`)) continue;
    if (metadata !== null) found.push({ prefix, metadata });
    if (found.length > MOST_ARRAYS) {
      throw new InputError('zarr-files', `${path} holds more than ${MOST_ARRAYS} arrays`, { file: path });
    }
  }
  return found;
}

/** Why an array cannot be read, though its type can; null where it can. */
function sizeProblem({ type, shape }: ZarrArray, values: ZarrValues): string | null {
  const unit = values.unit.reduce((product, length) => product * length, type.bytes);
  if (unit > LARGEST_UNIT) return `a chunk of it has ${unit} bytes, at most ${LARGEST_UNIT} are read`;
  if ((shape.at(-1) ?? 1) > MOST_COLUMNS) return `rows of more than ${MOST_COLUMNS} values are no embeddings`;
  if (!shape.includes(0) && values.chunks().present === 0)
    return 'none of its chunks is there: nothing was written to it';
  return null;
}

function missingChunks(path: string, name: string, values: ZarrValues): Note[] {
  const { possible, present } = values.chunks();
  if (present >= possible) return [];
  return [
    {
      code: 'chunks-missing',
      message: `${path}: ${possible - present} of ${possible} chunks of ${name} are not there, and are read as its fill value, as Zarr has it. Where writing was interrupted, write it again`,
    },
  ];
}
