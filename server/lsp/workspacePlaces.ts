import { isAbsolute, join, relative, resolve } from 'node:path';
import { URI } from 'vscode-uri';
import { InputError } from '../engine/problems.ts';
import type { ServerOptions } from '../protocol/lsp.ts';

/**
 * The path of a file or folder.
 *
 * @throws InputError `not-a-file` for a URI of another scheme: data are read where this server runs.
 */
export function pathOf(uri: string): string {
  const parsed = URI.parse(uri);
  if (parsed.scheme === 'file') return resolve(parsed.fsPath);
  throw new InputError('not-a-file', `${uri} is no file on the machine that the server runs on`);
}

/** Where runs go, and are looked for: a folder in each workspace folder, and the extension's own. */
export class WorkspacePlaces {
  readonly #options: Pick<ServerOptions, 'storageFolder' | 'runsFolder'>;
  #folders: readonly string[] = [];

  constructor(options: Pick<ServerOptions, 'storageFolder' | 'runsFolder'>) {
    this.#options = options;
  }

  /** The workspace folders, absolute. */
  get folders(): readonly string[] {
    return this.#folders;
  }

  /** @param uris Of workspace folders; those that are not on this machine are passed over. */
  setFolders(uris: readonly string[]): void {
    this.#folders = uris
      .map((uri) => URI.parse(uri))
      .flatMap((uri) => (uri.scheme === 'file' ? [uri.fsPath] : []));
  }

  /** Every folder that may hold runs, absolute. */
  get runRoots(): readonly string[] {
    const { storageFolder } = this.#options;
    return [...this.#folders.map((folder) => this.#runsIn(folder)), join(storageFolder, 'runs')];
  }

  /** The folder for a run whose data or configuration are in `baseFolder`. */
  runRootFor(baseFolder: string): string {
    const home = this.#folders.find((folder) => isWithin(folder, baseFolder)) ?? this.#folders[0];
    return home === undefined ? join(this.#options.storageFolder, 'runs') : this.#runsIn(home);
  }

  /**
   * The folder that an experiment file names for its run.
   *
   * @param baseFolder The file's own, where relative paths start.
   * @throws InputError `output-outside` for one that is not within the workspace folder that the file is in.
   */
  outputFolder(output: string, baseFolder: string): string {
    const folder = resolve(baseFolder, output);
    const home = this.#folders.find((candidate) => isWithin(candidate, baseFolder));
    if (home !== undefined && isWithin(home, folder) && folder !== home) return folder;
    throw new InputError(
      'output-outside',
      `The output ${folder} is not within ${home ?? 'a workspace folder'}; expected a folder below it, or no output`,
      { file: folder },
    );
  }

  #runsIn(folder: string): string {
    return resolve(folder, this.#options.runsFolder);
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(/[/\\]/)[0] !== '..';
}
