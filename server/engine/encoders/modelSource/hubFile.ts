import { createHash, type Hash } from 'node:crypto';
import { InputError } from '../../problems.ts';

/** A file of a commit, as the hub lists it. */
export interface HubFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-1 of the git blob (40 hexadecimal digits), or SHA-256 of the content (64) of files in large file storage. */
  readonly digest: string;
  /** SHA-1 of the git blob, which in large file storage is that of a pointer. */
  readonly gitId: string;
}

/** Whether a revision is the full name of a commit, which never comes to mean another one. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/**
 * Holds a listing to what can be kept: names that stay inside a folder on every system, sizes, digests.
 *
 * @throws InputError `hub-listing` naming the first entry that does not.
 */
export function checkListing(files: readonly HubFile[], source: string): void {
  for (const { path, size, digest, gitId } of files) {
    const shown = JSON.stringify(path.slice(0, 200));
    if (!isInside(path)) {
      throw new InputError('hub-listing', `${source} lists ${shown}, which would leave the model's folder`);
    }
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new InputError('hub-listing', `${source} lists ${shown} with ${size} bytes`);
    }
    if (!isCommit(gitId) || (digest !== gitId && !/^[0-9a-f]{64}$/.test(digest))) {
      throw new InputError('hub-listing', `${source} lists ${shown} with no SHA-1 or SHA-256`);
    }
  }
}

/** Backslashes and drive letters are separators to Windows only, and refused everywhere. */
function isInside(path: string): boolean {
  return (
    !/[\\\u0000-\u001f]|^[A-Za-z]:/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** A hash of the kind that the file's digest is, to be fed the file's content. */
export function contentHash({ size, digest }: HubFile): Hash {
  if (digest.length === 64) return createHash('sha256');
  return createHash('sha1').update(`blob ${size}\0`);
}
