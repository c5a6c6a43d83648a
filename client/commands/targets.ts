// What a command was called on: menus pass what was clicked, and all that is selected with it.
import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';

/** Files and folders that a menu passed; none from the palette. */
export function targetUris([clicked, selected]: readonly unknown[]): vscode.Uri[] {
  const candidates = Array.isArray(selected) && selected.length > 0 ? (selected as unknown[]) : [clicked];
  return candidates.flatMap((candidate) => {
    if (candidate instanceof vscode.Uri) return [candidate];
    const uri = fieldOf(candidate, 'resourceUri');
    return uri instanceof vscode.Uri ? [uri] : [];
  });
}

/** Runs that a menu of the list passed; none from the palette. */
export function targetRuns([clicked, selected]: readonly unknown[]): RunSummary[] {
  const candidates = Array.isArray(selected) && selected.length > 0 ? (selected as unknown[]) : [clicked];
  return candidates.filter(
    (candidate): candidate is RunSummary =>
      typeof fieldOf(candidate, 'uri') === 'string' && typeof fieldOf(candidate, 'state') === 'string',
  );
}

/** Whether a file is an experiment, by its name. */
export function isExperimentFile({ path }: vscode.Uri): boolean {
  return /\.gap\.ya?ml$/i.test(path);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
