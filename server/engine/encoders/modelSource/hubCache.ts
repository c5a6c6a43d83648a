import { randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { checkListing, isCommit, type HubFile } from './hubFile.ts';

/**
 * What the cache of Python's `huggingface_hub` holds of one model: contents by digest in `blobs`, for each commit a
 * folder of links to them in `snapshots`, what branches and tags stood for last in `refs`, and which files a commit has
 * in `trees`. Every file in it is written beside its place and renamed.
 */
export class HubCache {
  readonly folder: string;
  readonly blobs: string;

  /** @param id `owner/name` or `name`, already held to the hub's rules. */
  constructor(cacheFolder: string, id: string) {
    this.folder = join(cacheFolder, ['models', ...id.split('/')].join('--'));
    this.blobs = join(this.folder, 'blobs');
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  /** The commit that a branch or tag stood for when it was asked about last. */
  async readRef(revision: string): Promise<string | undefined> {
    const text = await readFile(join(this.folder, 'refs', revision), 'utf8').catch(() => '');
    return isCommit(text.trim()) ? text.trim() : undefined;
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    if ((await this.readRef(revision)) !== commit) {
      await this.#write(join(this.folder, 'refs', revision), commit);
    }
  }

  /**
   * The files of a commit, if a listing was kept; one that cannot be read counts as none.
   *
   * @throws InputError `hub-listing` as for a listing from the hub.
   */
  async readTree(commit: string): Promise<HubFile[] | undefined> {
    const path = this.#treePath(commit);
    let content: unknown;
    try {
      content = JSON.parse(await readFile(path, 'utf8'));
    } catch {
      return undefined;
    }
    const tree = treeSchema.safeParse(content);
    if (!tree.success) return undefined;
    const files = Object.entries(tree.data.files).map(([file, { size, blob_id, lfs_sha256, lfs_size }]) => ({
      path: file,
      size: lfs_size ?? size,
      digest: lfs_sha256 ?? blob_id,
      gitId: blob_id,
    }));
    checkListing(files, path);
    return files;
  }

  async writeTree(commit: string, files: readonly HubFile[]): Promise<void> {
    const entries = files.map(({ path, size, digest, gitId }) => [
      path,
      { size, blob_id: gitId, ...(digest !== gitId && { lfs_sha256: digest, lfs_size: size }) },
    ]);
    const tree = { format_version: 1, files: Object.fromEntries(entries) as unknown };
    await this.#write(this.#treePath(commit), JSON.stringify(tree, null, 1));
  }

  /**
   * Puts a blob into the folder of a commit, in place of what is there.
   *
   * @param ways tried in their order: systems and disks differ in what links they allow.
   */
  async place(
    blob: string,
    commit: string,
    path: string,
    ways: readonly Placing[] = placings,
  ): Promise<void> {
    const target = join(this.snapshot(commit), path);
    await mkdir(dirname(target), { recursive: true });
    // A link made beside its place could not be told from a file of the model: made among the blobs, and moved.
    const made = join(this.blobs, `${randomBytes(8).toString('hex')}.incomplete`);
    for (const [at, way] of ways.entries()) {
      try {
        await way(blob, made, target);
        break;
      } catch (error) {
        if (at === ways.length - 1) throw error;
      }
    }
    try {
      await rename(made, target);
    } finally {
      await rm(made, { force: true });
    }
  }

  #treePath(commit: string): string {
    return join(this.folder, 'trees', `${commit}.json`);
  }

  async #write(path: string, text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(this.blobs, { recursive: true });
    const partial = join(this.blobs, `${randomBytes(8).toString('hex')}.incomplete`);
    try {
      await writeFile(partial, text, { flush: true });
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
  }
}

/** Makes `made` stand for a blob, to be moved to `target`. */
export type Placing = (blob: string, made: string, target: string) => Promise<void>;

/** Windows lets only some users make symbolic links, and some disks have no links at all. */
export const placings: readonly Placing[] = [
  (blob, made, target) => symlink(relative(dirname(target), blob), made),
  (blob, made) => link(blob, made),
  (blob, made) => copyFile(blob, made),
];

const treeSchema = z.object({
  format_version: z.literal(1),
  files: z.record(
    z.string(),
    z.object({
      size: z.number(),
      blob_id: z.string(),
      lfs_sha256: z.string().nullish(),
      lfs_size: z.number().nullish(),
    }),
  ),
});
