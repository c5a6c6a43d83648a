import type { FileHandle } from 'node:fs/promises';
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl';
import { InputError } from '../problems.ts';
import { fileRange, type ByteRange } from './byteRange.ts';
import { checkedRange } from './checkedRange.ts';
import { inflatedRange } from './inflatedRange.ts';
import { ZipBytes } from './zipBytes.ts';

/** A file within a zip archive. */
export interface ArchiveEntry {
  readonly name: string;
  /**
   * Its content, not compressed. Of compressed content, each call gives a range with a read position of its own. Reads
   * reject with an `InputError` `archive-damaged` where the content is not that of the archive's checksum.
   */
  bytes(): ByteRange;
}

const STORED = 0;
const DEFLATED = 8;
/** Of arrays. Archives that hold one entry a row say so. */
const MOST_ENTRIES = 4_096;
/**
 * Embeddings are nearly random bits and hardly shrink; deflate's limit is about 1,030. Small entries may be
 * anything, they cannot do harm.
 */
const LARGEST_RATIO = 100;
const SMALL_BYTES = 2 ** 24;

/**
 * The files in a zip archive (zip64 too), stored or deflated. Nothing is unpacked to disk or into memory.
 *
 * @param handle The open archive, which the entries are read from.
 * @param mostEntries More are refused.
 * @throws InputError `archive-damaged`, `archive-name` for names that lead out of the archive, `archive-bomb` for
 *   content that shrank implausibly, `archive-method` when it is encrypted or packed otherwise.
 */
export async function listArchive(
  handle: FileHandle,
  file: string,
  mostEntries = MOST_ENTRIES,
): Promise<ArchiveEntry[]> {
  let archive: ZipFile | undefined;
  try {
    const { size } = await handle.stat();
    const bytes = new ZipBytes(fileRange(handle, file, 0, size));
    archive = await fromRandomAccessReaderPromise(bytes, size, { autoClose: false, strictFileNames: true });
    if (archive.entryCount > mostEntries) {
      throw new InputError(
        'archive-bomb',
        `${file} has ${archive.entryCount} entries, at most ${mostEntries} are read`,
        { file },
      );
    }
    const entries: ArchiveEntry[] = [];
    for await (const entry of archive.eachEntry()) {
      const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
      entries.push(archiveEntry(entry, fileDataStart, handle, file));
    }
    return entries;
  } catch (error) {
    if (error instanceof InputError) throw error;
    // yauzl checks the names and the structure; its messages are all that tells its errors apart.
    const { message } = error as Error;
    const isName = /relative path|absolute path|invalid characters/.test(message);
    throw new InputError(
      isName ? 'archive-name' : 'archive-damaged',
      `${file} ${isName ? 'has an entry whose name leads out of it' : 'cannot be read as a zip archive'}: ${message}`,
      { file },
    );
  } finally {
    archive?.close();
  }
}

function archiveEntry(entry: Entry, offset: number, handle: FileHandle, file: string): ArchiveEntry {
  const { fileName: name, compressedSize, uncompressedSize: inflatedSize, compressionMethod, crc32 } = entry;
  const where = `${file}, entry ${name}`;
  if (entry.isEncrypted() || (compressionMethod !== STORED && compressionMethod !== DEFLATED)) {
    const found = entry.isEncrypted() ? 'encrypted' : `packed with method ${compressionMethod}`;
    throw new InputError('archive-method', `${where} is ${found}, expected stored or deflated`, { file });
  }
  if (compressionMethod === STORED) {
    const range = checkedRange(fileRange(handle, file, offset, inflatedSize), crc32, where, file);
    return { name, bytes: () => range };
  }
  if (inflatedSize > SMALL_BYTES && inflatedSize > LARGEST_RATIO * compressedSize) {
    throw new InputError(
      'archive-bomb',
      `${where} would grow from ${compressedSize} to ${inflatedSize} bytes, more than ${LARGEST_RATIO} times; embeddings never do`,
      { file },
    );
  }
  return {
    name,
    bytes: () => inflatedRange(handle, { file, where, offset, compressedSize, inflatedSize, crc32 }),
  };
}
