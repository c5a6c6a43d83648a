import { Message, type Schema } from 'apache-arrow';
import { Footer } from 'apache-arrow/fb/footer';
import { Message as RawMessage } from 'apache-arrow/fb/message';
import { Schema as RawSchema } from 'apache-arrow/fb/schema';
import type { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { ByteBuffer } from 'flatbuffers';
import { InputError } from '../../../problems.ts';
import { bytesFrom, type ByteRange } from '../../byteRange.ts';

/** A record batch: where its buffers are, without their values. */
export interface ArrowBatch {
  readonly rows: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  /** Buffers of each column of views, in the order of the columns. */
  readonly variadic: readonly number[];
  readonly compression: 'none' | 'lz4' | 'zstd';
  /** What the offsets of buffers start in. */
  readonly body: ByteRange;
}

/** An Arrow file, of which the batches were listed. */
export interface ArrowFile {
  readonly schema: Schema;
  readonly batches: readonly ArrowBatch[];
}

const MAGIC = 'ARROW1';
/** The magic is padded to that many bytes. */
const FILE_START = 8;
const CONTINUATION = 0xffffffff;
/** What a message says of its body, at most. */
const LARGEST_METADATA = 2 ** 26;
const MOST_BATCHES = 1_000_000;
/** By what other files begin with that are taken for Arrow. */
const otherFiles: readonly (readonly [string, string])[] = [
  ['FEA1', 'a Feather file of version 1; write it with pyarrow.feather.write_feather(table, path)'],
  ['PAR1', 'a Parquet file; rename it to .parquet'],
];

/**
 * Lists the batches of an Arrow file: of a stream, or of the file format, which Feather 2 is too (Arrow Columnar Format,
 * "Serialization and Interprocess Communication"). Values are not read.
 *
 * @throws InputError `arrow-format` when it is none, `arrow-damaged`, `arrow-truncated`, `arrow-type`.
 */
export async function readArrowFile(bytes: ByteRange, file: string): Promise<ArrowFile> {
  const problem = (code: string, message: string) => new InputError(code, `${file}: ${message}`, { file });
  if (bytes.size < 8) throw problem('arrow-truncated', `it has only ${bytes.size} bytes`);
  const start = await readPart(bytes, 0, 8);
  const other = otherFiles.find(([magic]) => start.toString('latin1', 0, 4) === magic);
  if (other !== undefined) throw problem('arrow-format', `it is ${other[1]}`);
  const isFile = start.toString('latin1', 0, 6) === MAGIC;
  const footer = isFile ? await readFooter(bytes, problem) : null;
  const end = footer?.position ?? bytes.size;
  let schema: Schema | undefined;
  const batches: ArrowBatch[] = [];
  for (let at = isFile ? FILE_START : 0; ;) {
    if (at === end) {
      if (isFile) break;
      throw problem(
        'arrow-truncated',
        `it ends after ${batches.length} batches without the mark of its end: it was cut off, or its writer was not closed`,
      );
    }
    const message = await readMessage(bytes, at, end, problem);
    if (message === null) break;
    at = message.end;
    if (schema === undefined) {
      schema = schemaOf(message.metadata, problem);
    } else if (isRecordBatch(message.metadata)) {
      if (batches.length === MOST_BATCHES) {
        throw problem('arrow-damaged', `it has more than ${MOST_BATCHES} batches`);
      }
      batches.push(batchOf(message.metadata, message.body, problem));
    }
  }
  if (schema === undefined) throw problem('arrow-damaged', 'it has no schema');
  if (footer !== null && footer.batches !== batches.length) {
    throw problem(
      'arrow-damaged',
      `its footer lists ${footer.batches} batches, but ${batches.length} are there`,
    );
  }
  return { schema, batches };
}

type ProblemOf = (code: string, message: string) => InputError;

/** Where the footer of the file format begins, and how many batches it lists. */
async function readFooter(
  bytes: ByteRange,
  problem: ProblemOf,
): Promise<{ readonly position: number; readonly batches: number }> {
  const tail = await readPart(bytes, bytes.size - 10, 10);
  const length = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== MAGIC || length > Math.min(bytes.size - 10 - FILE_START, LARGEST_METADATA)) {
    throw problem('arrow-truncated', 'it does not end with the footer of an Arrow file: it was cut off');
  }
  const position = bytes.size - 10 - length;
  const content = await readPart(bytes, position, length);
  try {
    const footer = Footer.getRootAsFooter(new ByteBuffer(content));
    return { position, batches: footer.recordBatchesLength() };
  } catch (error) {
    throw problem('arrow-damaged', `its footer cannot be read (${(error as Error).message})`);
  }
}

/** The message at a position, and where the next one is; null at the mark of the end. */
async function readMessage(
  bytes: ByteRange,
  position: number,
  end: number,
  problem: ProblemOf,
): Promise<{ readonly metadata: Buffer; readonly body: ByteRange; readonly end: number } | null> {
  const truncated = (needed: number) =>
    problem(
      'arrow-truncated',
      `the message at byte ${position} needs ${needed} bytes, ${end - position} are left: it was cut off or is damaged`,
    );
  if (position + 4 > end) throw truncated(4);
  let start = position;
  let length = (await readPart(bytes, start, 4)).readUInt32LE();
  start += 4;
  // Before Arrow 0.15 the length stood alone.
  if (length === CONTINUATION) {
    if (start + 4 > end) throw truncated(8);
    length = (await readPart(bytes, start, 4)).readUInt32LE();
    start += 4;
  }
  if (length === 0) return null;
  if (length > LARGEST_METADATA || start + length > end) throw truncated(start - position + length);
  const metadata = await readPart(bytes, start, length);
  let bodyLength: number;
  try {
    bodyLength = Number(RawMessage.getRootAsMessage(new ByteBuffer(metadata)).bodyLength());
  } catch (error) {
    throw problem('arrow-damaged', `the message at byte ${position} cannot be read (${(error as Error).message})`);
  }
  const bodyStart = start + length;
  if (bodyLength < 0 || bodyStart + bodyLength > end) throw truncated(bodyStart - position + bodyLength);
  return {
    metadata,
    body: { ...bytesFrom(bytes, bodyStart), size: bodyLength },
    end: bodyStart + bodyLength,
  };
}

function schemaOf(metadata: Buffer, problem: ProblemOf): Schema {
  let isLittleEndian: boolean;
  let schema: Schema;
  try {
    const message = Message.decode(metadata);
    if (!message.isSchema()) throw new Error('it does not begin with a schema');
    // The library takes every file for little-endian.
    const raw = RawMessage.getRootAsMessage(new ByteBuffer(metadata)).header(new RawSchema()) as RawSchema;
    isLittleEndian = raw.endianness() === 0;
    schema = message.header() as unknown as Schema;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Unrecognized type')) {
      throw problem(
        'arrow-type',
        `a column is of a type that is not read here (${message}); save the columns with the embeddings alone`,
      );
    }
    throw problem('arrow-damaged', `its schema cannot be read (${message}): it is no Arrow file, or is damaged`);
  }
  if (!isLittleEndian) {
    throw problem('arrow-type', 'its values are big-endian; only little-endian ones are read');
  }
  return schema;
}

function isRecordBatch(metadata: Buffer): boolean {
  return Message.decode(metadata).isRecordBatch();
}

function batchOf(metadata: Buffer, body: ByteRange, problem: ProblemOf): ArrowBatch {
  let header: RecordBatch;
  try {
    header = Message.decode(metadata).header() as RecordBatch;
  } catch (error) {
    throw problem('arrow-damaged', `a batch cannot be read (${(error as Error).message})`);
  }
  const { length: rows, nodes, buffers, compression, variadicBufferCounts: variadic } = header;
  const codec = compression?.type as number | undefined;
  if (rows < 0 || buffers.some(({ offset, length }) => offset < 0 || length < 0 || offset + length > body.size)) {
    throw problem('arrow-damaged', 'a batch has buffers outside of its body');
  }
  return {
    rows,
    nodes,
    buffers,
    variadic,
    compression: codec === undefined ? 'none' : codec === 0 ? 'lz4' : 'zstd',
    body,
  };
}

async function readPart(bytes: ByteRange, position: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  await bytes.read(position, part);
  return part;
}
