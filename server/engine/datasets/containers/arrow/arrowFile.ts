import { Message, type Schema } from 'apache-arrow';
import { Endianness } from 'apache-arrow/fb/endianness';
import { Footer as RawFooter } from 'apache-arrow/fb/footer';
import { Message as RawMessage } from 'apache-arrow/fb/message';
import { Schema as RawSchema } from 'apache-arrow/fb/schema';
import { Footer } from 'apache-arrow/ipc/metadata/file';
import type { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { ByteBuffer } from 'flatbuffers';
import { InputError } from '../../../problems.ts';
import { bytesFrom, type ByteRange } from '../../byteRange.ts';
import { hasSoundFooter, hasSoundVectors } from './metadataVectors.ts';

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

/** The file format has its magic at both ends, and the length of its footer. */
const SHORTEST = 18;
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
  if (bytes.size < SHORTEST) throw problem('arrow-truncated', `it has only ${bytes.size} bytes`);
  const start = await readPart(bytes, 0, 8);
  const other = otherFiles.find(([magic]) => start.toString('latin1', 0, 4) === magic);
  if (other !== undefined) throw problem('arrow-format', `it is ${other[1]}`);
  const isFile = start.toString('latin1', 0, 6) === MAGIC;
  return isFile ? await readFileForm(bytes, problem) : await readStreamForm(bytes, problem);
}

/** The stream: messages one after the other, the schema first, up to the mark of the end. */
async function readStreamForm(bytes: ByteRange, problem: ProblemOf): Promise<ArrowFile> {
  let schema: Schema | undefined;
  const batches: ArrowBatch[] = [];
  for (let at = 0; ;) {
    if (at === bytes.size) {
      throw problem(
        'arrow-truncated',
        `it ends after ${batches.length} batches without the mark of its end: it was cut off, or its writer was not closed`,
      );
    }
    const message = await readMessage(bytes, at, bytes.size, problem);
    if (message === null) break;
    at = message.end;
    if (schema === undefined) schema = schemaOf(message.metadata, problem);
    else if (isRecordBatch(message.metadata, problem)) batches.push(batchOf(message, problem));
    if (batches.length > MOST_BATCHES) throw tooMany(batches.length, problem);
  }
  if (schema === undefined) throw problem('arrow-damaged', 'it has no schema');
  return { schema, batches };
}

/** The file format: a footer says where the batches are. */
async function readFileForm(bytes: ByteRange, problem: ProblemOf): Promise<ArrowFile> {
  const tail = await readPart(bytes, bytes.size - 10, 10);
  const length = tail.readUInt32LE(0);
  if (
    tail.toString('latin1', 4) !== MAGIC ||
    length > Math.min(bytes.size - 10 - FILE_START, LARGEST_METADATA)
  ) {
    throw problem('arrow-truncated', 'it does not end with the footer of an Arrow file: it was cut off');
  }
  const position = bytes.size - 10 - length;
  const content = await readPart(bytes, position, length);
  let schema: Schema;
  let places: number[];
  try {
    const footer = RawFooter.getRootAsFooter(new ByteBuffer(content));
    if (!hasSoundFooter(footer, length)) throw new Error('it claims more than it has');
    const count = footer.recordBatchesLength();
    if (count > MOST_BATCHES) throw tooMany(count, problem);
    places = Array.from({ length: count }, (_, index) => Number(footer.recordBatches(index)!.offset()));
    checkEndianness(footer.schema()!, problem);
    schema = Footer.decode(content).schema;
  } catch (error) {
    throw schemaProblem(error, 'footer', problem);
  }
  const batches: ArrowBatch[] = [];
  for (const place of places) {
    const message = place < 0 ? null : await readMessage(bytes, place, position, problem);
    if (message === null || !isRecordBatch(message.metadata, problem)) {
      throw problem('arrow-damaged', `its footer says that a batch is at byte ${place}, where none is`);
    }
    batches.push(batchOf(message, problem));
  }
  return { schema, batches };
}

function tooMany(count: number, problem: ProblemOf): InputError {
  return problem('arrow-damaged', `it has ${count} batches, at most ${MOST_BATCHES} are read`);
}

type ProblemOf = (code: string, message: string) => InputError;

/** A message: what it says of its body, and where that is and ends. */
interface FoundMessage {
  readonly metadata: Buffer;
  readonly body: ByteRange;
  readonly end: number;
}

/** The message at a position, and where the next one is; null at the mark of the end. */
async function readMessage(
  bytes: ByteRange,
  position: number,
  end: number,
  problem: ProblemOf,
): Promise<FoundMessage | null> {
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
    const message = RawMessage.getRootAsMessage(new ByteBuffer(metadata));
    if (!hasSoundVectors(message, length)) throw new Error('it claims more than it has');
    bodyLength = Number(message.bodyLength());
  } catch (error) {
    throw problem(
      'arrow-damaged',
      `the message at byte ${position} cannot be read (${(error as Error).message})`,
    );
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
  try {
    const message = Message.decode(metadata);
    if (!message.isSchema()) throw new Error('it does not begin with a schema');
    const raw = RawMessage.getRootAsMessage(new ByteBuffer(metadata)).header(new RawSchema()) as RawSchema;
    checkEndianness(raw, problem);
    return message.header();
  } catch (error) {
    throw schemaProblem(error, 'schema', problem);
  }
}

/** The library takes every file for little-endian. */
function checkEndianness(schema: RawSchema, problem: ProblemOf): void {
  if (schema.endianness() !== Endianness.Little) {
    throw problem('arrow-type', 'its values are big-endian; only little-endian ones are read');
  }
}

function schemaProblem(error: unknown, of: string, problem: ProblemOf): InputError {
  if (error instanceof InputError) return error;
  const { message } = error as Error;
  return message.startsWith('Unrecognized type')
    ? problem(
        'arrow-type',
        `a column is of a type that is not read here (${message}); save the columns with the embeddings alone`,
      )
    : problem('arrow-damaged', `its ${of} cannot be read (${message}): it is no Arrow file, or is damaged`);
}

function isRecordBatch(metadata: Buffer, problem: ProblemOf): boolean {
  try {
    return Message.decode(metadata).isRecordBatch();
  } catch (error) {
    throw problem('arrow-damaged', `a message cannot be read (${(error as Error).message})`);
  }
}

function batchOf({ metadata, body }: FoundMessage, problem: ProblemOf): ArrowBatch {
  let header: RecordBatch;
  try {
    header = Message.decode(metadata).header() as RecordBatch;
  } catch (error) {
    throw problem('arrow-damaged', `a batch cannot be read (${(error as Error).message})`);
  }
  const { length: rows, nodes, buffers, compression, variadicBufferCounts: variadic } = header;
  const codec = compression?.type as number | undefined;
  if (
    rows < 0 ||
    buffers.some(({ offset, length }) => offset < 0 || length < 0 || offset + length > body.size)
  ) {
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
