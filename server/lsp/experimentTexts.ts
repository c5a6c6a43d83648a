import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { readConfigFile } from '../runs/readConfigFile.ts';
import { searchWorkspace } from './workspaceSearch.ts';
import type { WorkspacePlaces } from './workspacePlaces.ts';

/** So many experiment files of a workspace are read for lists of all of them. */
const mostFiles = 1000;

/** The experiment files of the workspace: those that are open as they are in the editor, the others as they are on disk. */
export class ExperimentTexts {
  readonly #places: Pick<WorkspacePlaces, 'folders' | 'runRoots'>;
  readonly #openDocument: (uri: string) => TextDocument | undefined;
  #read = new Map<string, TextDocument>();

  constructor(
    places: Pick<WorkspacePlaces, 'folders' | 'runRoots'>,
    openDocument: (uri: string) => TextDocument | undefined,
  ) {
    this.#places = places;
    this.#openDocument = openDocument;
  }

  /** All of them, by name; those that cannot be read are left out. A text that did not change is the same object. */
  async list(signal: AbortSignal): Promise<TextDocument[]> {
    const { folders, runRoots } = this.#places;
    const { experiments } = await searchWorkspace(folders, runRoots, signal);
    const read = new Map<string, TextDocument>();
    const all: TextDocument[] = [];
    for (const { path, changedAt } of experiments.slice(0, mostFiles)) {
      const uri = URI.file(path).toString();
      const document = this.#openDocument(uri) ?? (await this.#readFile(uri, path, changedAt));
      if (document === undefined) continue;
      all.push(document);
      read.set(uri, document);
    }
    this.#read = read;
    return all;
  }

  /** The time of the last change stands for the version. */
  async #readFile(uri: string, path: string, changedAt: number): Promise<TextDocument | undefined> {
    const known = this.#read.get(uri);
    if (known?.version === changedAt) return known;
    const text = await readConfigFile(path).catch(() => undefined);
    return text === undefined ? undefined : TextDocument.create(uri, 'gap-yaml', changedAt, text);
  }
}
