import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { BlobSpool } from './blobSpool.ts';
import { fileRange } from './byteRange.ts';
import { defineReader, type Item, type SampleDataset, type SkippedRow } from './dataset.ts';
import { fastaHeader, fastaRecords, fastaSequence } from './fastaRecords.ts';
import { openRegularFile } from './regularFile.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';

const chunkBytes = 1 << 20;

const params = z.strictObject({
  path: z.string().min(1).describe('The FASTA file, plain or compressed with gzip.'),
  contents: z
    .array(z.enum(['protein', 'text']))
    .min(1)
    .optional()
    .describe(
      'The contents to take: sequences, descriptions, or both. Absent: both if the first record has a description, else the sequences.',
    ),
  ...samplingParams,
});

/** Proteins and their descriptions. */
export const fasta = defineReader({
  kind: 'fasta',
  title: 'Proteins (FASTA)',
  description:
    'Proteins in a FASTA file, plain or gzipped: the sequences (`protein`) and, where the headers have them, the descriptions (`text`), without the fields that UniProt adds (`OS=…`). Rows are named by accession or first word. The file is indexed, not held in memory; compressed records go to a temporary file.',
  gives: 'samples',
  params,
  recognises: (path, isFolder) =>
    Promise.resolve(!isFolder && /\.(?:fasta|fa|faa|fas)(?:\.gz)?$/i.test(path)),
  paramsFor: (path) => ({ path }),
  async open(given, { baseFolder, random, signal }) {
    const path = resolve(baseFolder, given.path);
    const { handle, size } = await openRegularFile(path);
    const spool = new BlobSpool();
    const close = async () => {
      await Promise.all([handle.close(), spool.close()]);
    };
    try {
      const magic = new Uint8Array(Math.min(2, size));
      await fileRange(handle, path, 0, size).read(0, magic);
      const isCompressed = magic[0] === 0x1f && magic[1] === 0x8b;
      const found = await indexRecords(handle, path, isCompressed ? spool : null, given, signal);
      return selectSamples(toDataset(found, close), given, random);
    } catch (error) {
      await close();
      throw error;
    }
  },
});

/** The records that give a row. */
interface RecordIndex {
  readonly contents: readonly ('protein' | 'text')[];
  readonly ids: readonly string[];
  readonly lines: readonly number[];
  readonly skipped: readonly SkippedRow[];
  bytes(index: number): Promise<Buffer>;
}

/**
 * Checks the records, up to as many as are asked for from the beginning.
 *
 * @param spool Where the records of a compressed file are kept; null to find them again in the file.
 */
async function indexRecords(
  handle: FileHandle,
  path: string,
  spool: BlobSpool | null,
  { contents: wanted, limit = Infinity, sampling }: z.output<typeof params>,
  signal: AbortSignal,
): Promise<RecordIndex> {
  const most = sampling === 'first' ? limit : Infinity;
  const lineOf = new Map<string, number>();
  const starts: number[] = [];
  const sizes: number[] = [];
  const skipped: SkippedRow[] = [];
  let contents = wanted;
  for await (const record of fastaRecords(chunksOf(handle, path, spool !== null), path)) {
    signal.throwIfAborted();
    let id = `line ${record.line}`;
    try {
      const header = fastaHeader(record);
      ({ id } = header);
      fastaSequence(record);
      contents ??= header.description === '' ? ['protein'] : ['protein', 'text'];
      const problem = lineOf.has(id)
        ? `line ${record.line} has the name of line ${lineOf.get(id)!}`
        : contents.includes('text') && header.description === ''
          ? `line ${record.line} has no description`
          : null;
      if (problem !== null) throw new InputError('fasta-header', problem);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      skipped.push({ id, reason: error.message });
      continue;
    }
    lineOf.set(id, record.line);
    starts.push(record.start);
    sizes.push(record.bytes.length);
    await spool?.add(record.bytes);
    if (lineOf.size >= most) break;
  }
  if (contents === undefined || lineOf.size === 0) {
    const first = skipped[0];
    const found = first === undefined ? 'is empty' : `gives no row (first: ${first.id}: ${first.reason})`;
    throw new InputError('no-rows', `${path} ${found}; expected proteins in FASTA`, { file: path });
  }
  return {
    contents: (['protein', 'text'] as const).filter((content) => contents.includes(content)),
    ids: [...lineOf.keys()],
    lines: [...lineOf.values()],
    skipped,
    async bytes(index) {
      if (spool !== null) return Buffer.from(await spool.read(index));
      const bytes = Buffer.alloc(sizes[index]!);
      await fileRange(handle, path, starts[index]!, bytes.length).read(0, bytes);
      return bytes;
    },
  };
}

/** The file's bytes from its beginning, inflated where they are compressed. The handle stays open. */
async function* chunksOf(handle: FileHandle, path: string, isCompressed: boolean): AsyncGenerator<Buffer> {
  const stored = handle.createReadStream({ start: 0, highWaterMark: chunkBytes, autoClose: false });
  // Failures reach the reader through the iterator; the callback only keeps them from being unhandled.
  const chunks = isCompressed
    ? pipeline(stored, createGunzip({ chunkSize: chunkBytes }), () => undefined)
    : stored;
  try {
    for await (const chunk of chunks) yield chunk as Buffer;
  } catch (error) {
    throw new InputError('file-unreadable', `${path} cannot be read: ${(error as Error).message}`, {
      file: path,
    });
  }
}

function toDataset(records: RecordIndex, close: () => Promise<void>): SampleDataset {
  const { contents, ids, lines, skipped } = records;
  return {
    kind: 'samples',
    notes: [],
    modalities: contents.map((content) => ({ name: content, content })),
    count: ids.length,
    facts: { ids },
    skipped,
    async read(index) {
      const id = ids[index]!;
      const record = { bytes: await records.bytes(index), line: lines[index]! };
      const items = contents.map((content): Item =>
        content === 'text'
          ? { content, text: fastaHeader(record).description }
          : { content, name: id, sequence: fastaSequence(record) },
      );
      return { id, items };
    },
    close,
  };
}
