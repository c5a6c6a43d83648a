import { resolve } from 'node:path';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { pathShortener } from '../report/shownPaths.ts';
import { keyAtFault } from './keyAtFault.ts';

/** What the hub's cache calls the files of a commit; the model's name is in it. */
const snapshot = /[^\s"`]*[/\\]models--([\w.-]+)[/\\]snapshots[/\\][0-9a-f]{40}(?![0-9a-f])/g;

/**
 * Texts about models as people call their files: those below `baseFolder` from there on, those of a model from the hub by
 * its name.
 */
export function modelPathShortener(baseFolder: string): (text: string) => string {
  const shorten = pathShortener(resolve(baseFolder), []);
  return (text) => shorten(text.replace(snapshot, (_, name: string) => name.replace('--', '/')));
}

/** Notes with their texts so. */
export function shownNotes(notes: readonly Note[], baseFolder: string): Note[] {
  const shorten = modelPathShortener(baseFolder);
  return notes.map((note) => ({ ...note, message: shorten(note.message) }));
}

/** An error about the files of models as people call them; any other as it is. */
export function shownProblem(error: unknown, baseFolder: string): unknown {
  if (!(error instanceof InputError)) return error;
  return new InputError(error.code, modelPathShortener(baseFolder)(error.message), error.place);
}

/** The same of the encoder of a modality, with the value in the configuration that is at fault. */
export function encoderProblem(
  error: unknown,
  modality: string,
  entry: Readonly<Record<string, unknown>>,
  baseFolder: string,
): unknown {
  const shown = shownProblem(error, baseFolder);
  if (!(shown instanceof InputError)) return shown;
  const key = keyAtFault(shown.code, entry);
  const configPath = ['encoders', modality, ...(key === null ? [] : [key])];
  return new InputError(shown.code, shown.message, { ...shown.place, configPath });
}
