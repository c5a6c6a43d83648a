import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../../problems.ts';
import type { ProgressListener } from '../../../protocol/progress.ts';
import { downloadBlob, hasSize } from './blobDownload.ts';
import { folderFiles } from './folderFiles.ts';
import { HubCache } from './hubCache.ts';
import { hubClient, HubUnreachable, type HubClient } from './hubClient.ts';
import { isCommit, type HubFile } from './hubFile.ts';
import { hubSettings, type HubOverrides, type HubSettings, type HubSurroundings } from './hubSettings.ts';
import { locateModel, type ModelPlace } from './modelReference.ts';
import { writingProblem } from './writingProblem.ts';

/**
 * Picks the files that are needed from the paths of those that there are (with `/`), in a folder, absolute, or null where
 * they are not on this machine. It may name files that there are not: they are then what is missing. It may throw an
 * InputError that says more.
 */
export type PickFiles = (
  paths: string[],
  folder: string | null,
) => readonly string[] | Promise<readonly string[]>;

export interface ResolveOptions extends HubOverrides {
  /** What relative folders are relative to. */
  readonly baseFolder: string;
  /** A branch, a tag, or the 40 digits of a commit, on the hub; `main` unless given here or in the reference. */
  readonly revision?: string;
  readonly wanted: PickFiles;
  readonly signal: AbortSignal;
  readonly progress?: ProgressListener;
  /** The process's own unless given. */
  readonly surroundings?: HubSurroundings;
}

/** A model whose files are on this machine. */
export interface ResolvedModel {
  /** Absolute. */
  readonly folder: string;
  /** The wanted files, relative to the folder, with `/`. */
  readonly files: readonly string[];
  /** The commit, 40 hexadecimal digits; null for a folder that is not from the hub. */
  readonly revision: string | null;
  /** `owner/name` on the hub, or the last part of the folder's path. */
  readonly name: string;
}

/**
 * Finds a model: in a folder, or on the Hugging Face Hub by way of the cache that Python's `huggingface_hub` uses too.
 * What is in the cache is not asked for again: a commit needs no network at all, a branch one request that tells its
 * commit, and none where the hub cannot be reached or `HF_HUB_OFFLINE` is set. (Older versions of Python's kept no
 * listing of a commit: the hub is asked for it once, if it can be.) Only the wanted files are downloaded, and none is
 * found by anyone before all are complete and have the digests that the hub lists.
 *
 * @param reference a folder, or `owner/name` or `owner/name@revision` on the hub; see `locateModel`.
 * @throws InputError `model-file-missing` when wanted files are not there, `hub-unreachable`, `disk-full`,
 * `model-cache-unwritable`, and what `locateModel`, `HubClient` and `downloadBlob` name; the signal's reason.
 */
export async function resolveModel(reference: string, options: ResolveOptions): Promise<ResolvedModel> {
  const { baseFolder, revision, wanted, signal, surroundings } = options;
  signal.throwIfAborted();
  const place = await locateModel(reference, { baseFolder, revision }, surroundings?.home);
  if (place.kind === 'folder') {
    const files = await pick(await folderFiles(place.folder), wanted, place);
    return { folder: place.folder, files, revision: null, name: basename(place.folder) };
  }
  const settings = await hubSettings(options, surroundings);
  const cache = new HubCache(settings.cacheFolder, place.id);
  return inTurn(cache.folder, () => new HubModel(place, settings, cache, options).resolve());
}

type HubPlace = Extract<ModelPlace, { kind: 'hub' }>;

class HubModel {
  readonly #place: HubPlace;
  readonly #settings: HubSettings;
  readonly #cache: HubCache;
  readonly #options: ResolveOptions;

  constructor(place: HubPlace, settings: HubSettings, cache: HubCache, options: ResolveOptions) {
    this.#place = place;
    this.#settings = settings;
    this.#cache = cache;
    this.#options = options;
  }

  async resolve(): Promise<ResolvedModel> {
    const { id, revision, notAFolder } = this.#place;
    const { signal } = this.#options;
    signal.throwIfAborted();
    if (isCommit(revision)) {
      const cached = await this.#cachedAsListed(revision);
      if (cached !== undefined) return cached;
    }
    if (this.#settings.offline) {
      return this.#withoutHub(
        new HubUnreachable('no request is made, as HF_HUB_OFFLINE or the settings say'),
      );
    }
    const client = hubClient(id, notAFolder, this.#settings, signal);
    let commit: string;
    let tree: readonly HubFile[];
    try {
      commit = isCommit(revision) ? revision : await client.commitOf(revision);
      tree = await this.#tree(client, commit);
    } catch (error) {
      return this.#withoutHub(error);
    }
    const files = await this.#pickFrom(tree, commit);
    await this.#download(client, commit, await this.#missing(commit, files));
    if (commit !== revision) await tryTo(this.#cache.writeRef(revision, commit));
    return this.#resolved(commit, files);
  }

  /** The files of a commit, which never change: asked for once. */
  async #tree(client: HubClient, commit: string): Promise<readonly HubFile[]> {
    const kept = await this.#cache.readTree(commit);
    if (kept !== undefined) return kept;
    const tree = await client.listFiles(commit);
    await tryTo(this.#cache.writeTree(commit, tree));
    return tree;
  }

  async #missing(commit: string, files: readonly HubFile[]): Promise<HubFile[]> {
    const folder = this.#cache.snapshot(commit);
    const isThere = await Promise.all(files.map(({ path, size }) => hasSize(join(folder, path), size)));
    return files.filter((_, at) => !isThere[at]!);
  }

  /** What the cache holds of a commit, if that is all that is wanted of the files that are known to be in it. */
  async #cachedAsListed(commit: string): Promise<ResolvedModel | undefined> {
    const tree = await this.#cache.readTree(commit);
    if (tree === undefined) return undefined;
    const files = await this.#pickFrom(tree, commit);
    return (await this.#missing(commit, files)).length === 0 ? this.#resolved(commit, files) : undefined;
  }

  /** The same without a listing, which Python kept only lately: what is there stands for all that there is. */
  async #cachedAsFound(commit: string): Promise<ResolvedModel | undefined> {
    if ((await this.#cache.readTree(commit)) !== undefined) return undefined;
    const folder = this.#cache.snapshot(commit);
    const paths = await folderFiles(folder).catch(() => []);
    try {
      const files = await pick(paths, this.#options.wanted, { folder });
      return this.#resolved(
        commit,
        files.map((path) => ({ path })),
      );
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  /** What the cache holds, where the hub is not there for this machine or this user. */
  async #withoutHub(problem: unknown): Promise<ResolvedModel> {
    const isAway = problem instanceof HubUnreachable;
    if (!isAway && !(problem instanceof InputError && problem.code === 'model-access')) throw problem;
    const { revision } = this.#place;
    const commit = isCommit(revision) ? revision : await this.#cache.readRef(revision);
    if (commit !== undefined) {
      const cached = (await this.#cachedAsListed(commit)) ?? (await this.#cachedAsFound(commit));
      if (cached !== undefined) return cached;
    }
    throw isAway ? this.#unreachable(problem.message) : problem;
  }

  async #download(client: HubClient, commit: string, missing: readonly HubFile[]): Promise<void> {
    const { signal, progress } = this.#options;
    const { folder, blobs } = this.#cache;
    const stage = `Downloading ${this.#place.id}`;
    const total = missing.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    const onBytes = (more: number) => {
      done += more;
      progress?.({ stage, done, total, unit: 'bytes' });
    };
    try {
      if (missing.length > 0) await mkdir(blobs, { recursive: true });
      const paths: string[] = [];
      for (const file of missing) {
        paths.push(await downloadBlob({ client, commit, file, blobs, signal, onBytes }));
      }
      // Once all are there: whoever finds some of a commit's files may take them for all that it has.
      for (const [at, { path }] of missing.entries()) await this.#cache.place(paths[at]!, commit, path);
    } catch (error) {
      if (error instanceof HubUnreachable) throw this.#unreachable(error.message);
      throw writingProblem(error, folder);
    }
  }

  async #pickFrom(tree: readonly HubFile[], commit: string): Promise<HubFile[]> {
    const byPath = new Map(tree.map((file) => [file.path, file]));
    const where = `${this.#place.id} at commit ${commit}`;
    const picked = await pick([...byPath.keys()].sort(), this.#options.wanted, { where });
    return picked.map((path) => byPath.get(path)!);
  }

  #resolved(commit: string, files: readonly { readonly path: string }[]): ResolvedModel {
    return {
      folder: this.#cache.snapshot(commit),
      files: files.map(({ path }) => path),
      revision: commit,
      name: this.#place.id,
    };
  }

  #unreachable(reason: string): InputError {
    const { id, revision, notAFolder } = this.#place;
    return new InputError(
      'hub-unreachable',
      `${id} cannot be downloaded from ${this.#settings.url} (${reason}), and what is wanted of its revision ${revision} is not in ${this.#cache.folder}. ` +
        `${notAFolder}. Without the network, put the model’s files into a folder and name that, ` +
        `or copy ${basename(this.#cache.folder)} from another machine's cache into ${this.#settings.cacheFolder}`,
    );
  }
}

/**
 * @param place the folder that has the paths, or the beginning of the message where there is none.
 * @throws InputError `model-file-missing`.
 */
async function pick(
  paths: string[],
  wanted: PickFiles,
  place: { readonly folder: string } | { readonly where: string },
): Promise<string[]> {
  const [folder, where] = 'folder' in place ? [place.folder, place.folder] : [null, place.where];
  const files = [...new Set(await wanted([...paths], folder))];
  const missing = files.filter((file) => !paths.includes(file));
  if (files.length > 0 && missing.length === 0) return files;
  const lacks = files.length === 0 ? 'none of the files that are needed' : `no ${missing.join(', no ')}`;
  const shown = paths.slice(0, 30).join(', ') || 'nothing';
  const rest = paths.length > 30 ? ` and ${paths.length - 30} more` : '';
  throw new InputError('model-file-missing', `${where} has ${lacks}; it has ${shown}${rest}`);
}

/** Notes something in the cache, which others may fill, and only they may write to. */
async function tryTo(note: Promise<void>): Promise<void> {
  await note.catch(() => undefined);
}

const turns = new Map<string, Promise<unknown>>();

/** Runs work on the same key one after another: encoders of two modalities often are of one model. */
async function inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  const before = turns.get(key) ?? Promise.resolve();
  const turn = before.then(work, work);
  turns.set(key, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(key) === turn) turns.delete(key);
  }
}
