import { homedir } from 'node:os';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { measurementName } from '../../server/protocol/measurementName.ts';
import type { DataDescription, TableColumns } from '../../server/protocol/worker.ts';
import type { ServerRequester } from '../serverRequests.ts';
import { builtInScenes } from './choices.ts';

/** Where data come from. */
export type DataSource =
  | { readonly kind: 'scenes' }
  | { readonly kind: 'experiment'; readonly uri: vscode.Uri }
  | { readonly kind: 'paths'; readonly uris: readonly vscode.Uri[] };

/** What the source is called, for questions and as the name of the measurement: after all of its files. */
export function sourceName(source: DataSource): string {
  switch (source.kind) {
    case 'scenes':
      return 'built-in scenes';
    case 'experiment':
      return posix.basename(source.uri.path);
    case 'paths':
      return measurementName(source.uris.map(({ path }) => posix.basename(path)));
  }
}

/** Folder that paths in a configuration are relative to: the workspace folder of the data, or the one they lie in. */
export function dataFolder(source: DataSource): vscode.Uri {
  const [first] = source.kind === 'paths' ? source.uris : [];
  const folder =
    first === undefined ? vscode.workspace.workspaceFolders?.[0] : vscode.workspace.getWorkspaceFolder(first);
  if (folder !== undefined) return folder.uri;
  return first === undefined ? vscode.Uri.file(homedir()) : vscode.Uri.joinPath(first, '..');
}

/** What the data hold; paths in it are relative to `baseUri`. */
export async function describeSource(
  server: ServerRequester,
  source: DataSource,
  baseUri: vscode.Uri,
): Promise<DataDescription> {
  if (source.kind !== 'paths') return builtInScenes;
  return server.request('describeData', {
    uris: source.uris.map((uri) => uri.toString()),
    baseUri: baseUri.toString(),
  });
}

/** The columns that modalities can be chosen from; null where the data are no table. */
export async function columnsOf(
  server: ServerRequester,
  source: DataSource,
  baseUri: vscode.Uri,
): Promise<TableColumns | null> {
  if (source.kind !== 'paths') return null;
  return server.request('tableColumns', {
    uris: source.uris.map((uri) => uri.toString()),
    baseUri: baseUri.toString(),
  });
}
