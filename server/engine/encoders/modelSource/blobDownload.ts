import type { Hash } from 'node:crypto';
import { open, rename, stat, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../problems.ts';
import { HubUnreachable, type HubClient } from './hubClient.ts';
import { contentHash, type HubFile } from './hubFile.ts';
import { claimPartial, releasePartial, removeAbandoned } from './partialFile.ts';

export interface BlobDownload {
  readonly client: HubClient;
  readonly commit: string;
  readonly file: HubFile;
  /** The folder of the blobs. */
  readonly blobs: string;
  readonly signal: AbortSignal;
  /** Told how many bytes more are there; less than none where a download begins anew. */
  readonly onBytes: (more: number) => void;
}

/**
 * Downloads a file to `<blobs>/<digest>`, complete and with the right content, or not at all. It goes on where an
 * earlier download of the content was killed or interrupted, also when the connection breaks and comes back.
 *
 * @returns the path.
 * @throws InputError `model-download-damaged` when the content is not what the hub lists, `disk-full`; HubUnreachable;
 * what `HubClient.open` throws; the signal's reason.
 */
export async function downloadBlob(download: BlobDownload): Promise<string> {
  const { file, blobs } = download;
  const blob = join(blobs, file.digest);
  if (await hasSize(blob, file.size)) {
    download.onBytes(file.size);
    return blob;
  }
  const partial = await claimPartial(blobs, file.digest);
  try {
    await complete(partial, download);
    await rename(partial, blob);
  } catch (error) {
    await releasePartial(partial, blobs, file.digest);
    throw error;
  }
  await removeAbandoned(blobs, file.digest);
  return blob;
}

/** Whether a path leads to a file of so many bytes. */
export async function hasSize(path: string, size: number): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() === true && facts.size === size;
}

async function complete(partial: string, download: BlobDownload): Promise<void> {
  const { file, blobs, commit, signal, onBytes } = download;
  // Kept where it is there already, and written at places, not at its end.
  const handle = await open(partial, 'a').then(async (created) => {
    await created.close();
    return open(partial, 'r+');
  });
  try {
    let content = await hashOfStart(handle, file, signal);
    const isResumed = content.length > 0;
    onBytes(content.length);
    await expectRoom(blobs, file.size - content.length);
    await append(handle, content, download);
    if (content.digest() !== file.digest && isResumed) {
      // What a crash of the system left may have holes.
      onBytes(-content.length);
      content = new StartOfFile(file);
      await handle.truncate(0);
      await append(handle, content, download);
    }
    if (content.digest() !== file.digest) {
      await handle.truncate(0);
      throw new InputError(
        'model-download-damaged',
        `${file.path} of commit ${commit} came with the digest ${content.digest()}, the hub lists ${file.digest}; nothing of it was kept, a second try may help`,
      );
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** How much of a file is there, and the hash of that. */
class StartOfFile {
  length = 0;
  readonly #hash: Hash;

  constructor(file: HubFile) {
    this.#hash = contentHash(file);
  }

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.length += bytes.length;
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

async function hashOfStart(handle: FileHandle, file: HubFile, signal: AbortSignal): Promise<StartOfFile> {
  const start = new StartOfFile(file);
  if ((await handle.stat()).size > file.size) await handle.truncate(0);
  const buffer = new Uint8Array(2 ** 20);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start.length);
    if (bytesRead === 0) return start;
    start.add(buffer.subarray(0, bytesRead));
  }
}

/** Writes what is missing of a file. A connection that breaks is made again as long as each brings something. */
async function append(handle: FileHandle, content: StartOfFile, download: BlobDownload): Promise<void> {
  const { client, commit, file, signal, onBytes } = download;
  while (content.length < file.size) {
    const before = content.length;
    try {
      const { start, bytes } = await client.open(commit, file.path, content.length);
      let skipped = 0;
      for await (const received of bytes) {
        signal.throwIfAborted();
        // A server that knows no ranges begins at the beginning.
        const known = Math.min(received.length, Math.max(0, before - start - skipped));
        skipped += known;
        const more = received.subarray(known);
        if (content.length + more.length > file.size) throw tooLong(file);
        await writeAll(handle, more, content.length);
        content.add(more);
        onBytes(more.length);
      }
    } catch (error) {
      if (!(error instanceof HubUnreachable) || content.length === before) throw error;
    }
    if (content.length === before) throw new HubUnreachable(`the connection ended before ${file.path} did`);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

async function expectRoom(folder: string, bytes: number): Promise<void> {
  // Some file systems do not tell.
  const room = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
  if (bytes <= room) return;
  throw new InputError(
    'disk-full',
    `${folder} has room for ${room} bytes, and ${bytes} are to be downloaded; HF_HUB_CACHE names another folder`,
    { file: folder },
  );
}

function tooLong({ path, size }: HubFile): InputError {
  return new InputError(
    'model-download-damaged',
    `The hub sends more of ${path} than the ${size} bytes that it lists`,
  );
}
