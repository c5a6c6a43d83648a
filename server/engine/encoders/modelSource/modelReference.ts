import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { didYouMean } from '../../didYouMean.ts';
import { InputError } from '../../problems.ts';
import { insteadOfFile } from './insteadOfFile.ts';

/** What a reference stands for. */
export type ModelPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 'hub';
      /** `owner/name`, or `name`. */
      readonly id: string;
      readonly revision: string;
      /** A sentence for when the hub does not know it either: which folder it is not. */
      readonly notAFolder: string;
    };

const pathLike = /^(?:[./\\]|~$|~[/\\]|[A-Za-z]:)|[/\\]$|\\|\/.*\//;
const address = /^(?:https?:\/\/(?:www\.)?[^/]+\/|hf:(?:\/\/)?)(?<id>[^/@]+\/[^/@?#]+)/;
const idPart = /^[A-Za-z0-9_](?:[\w.-]{0,94}\w)?$/;
const revisionForm = /^[\w+][\w.+-]*(?:\/[\w+][\w.+-]*)*$/;

/**
 * Tells whether a reference is a folder or a model on the hub. What is a folder (relative to `baseFolder`) is one, and
 * so is what can be nothing else: paths that begin with `/`, `.`, `~` or a drive. Anything else is `owner/name` or
 * `name` on the hub, with `@revision` at its end where it is not to be `revision`.
 *
 * @throws InputError `model-reference` for what is neither, `model-folder-missing` for a path that is not there,
 * `model-not-a-folder` for a file.
 */
export async function locateModel(
  reference: string,
  { baseFolder, revision }: { readonly baseFolder: string; readonly revision: string | undefined },
  home: string = homedir(),
): Promise<ModelPlace> {
  if (reference.trim() === '' || reference.includes('\0')) {
    throw wrong(reference, 'it is empty, or holds a character that no name has');
  }
  const link = address.exec(reference);
  if (link !== null) throw wrong(reference, `it is an address; write ${link.groups!['id']!}`);

  const folder = resolve(
    baseFolder,
    reference.replace(/^~(?=$|[/\\])/, () => home),
  );
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory() === true) return { kind: 'folder', folder };
  if (facts !== undefined) {
    throw new InputError('model-not-a-folder', `${reference} is a file, ${insteadOfFile(reference)}`, {
      file: folder,
    });
  }
  const similar = await similarFolder(folder);
  const notAFolder = `${folder} is not a folder either${similar === undefined ? '' : `; did you mean ${similar}?`}`;
  const at = reference.indexOf('@');
  const id = at < 0 ? reference : reference.slice(0, at);
  const named = at < 0 ? undefined : reference.slice(at + 1);
  if (pathLike.test(id)) {
    throw new InputError(
      'model-folder-missing',
      `${folder} is not there, expected the folder of a model${similar === undefined ? '' : `; did you mean ${similar}?`}`,
      { file: folder },
    );
  }

  if (!isModelId(id)) throw wrong(reference, `${folder} is no folder, and ${id} is no name on the hub`);
  if (named !== undefined && revision !== undefined && named !== revision) {
    throw wrong(reference, `it asks for revision ${named}, and the revision given beside it is ${revision}`);
  }
  const asked = named ?? revision ?? 'main';
  if (!revisionForm.test(asked) || asked.includes('..')) {
    throw wrong(reference, `${JSON.stringify(asked)} is no name of a branch, a tag or a commit`);
  }
  return { kind: 'hub', id, revision: asked, notAFolder };
}

/** The hub's rules: letters, digits, `.`, `_` and `-`, 96 at most, no `--`, no `..`, no `.git` at the end. */
function isModelId(id: string): boolean {
  const parts = id.split('/');
  return parts.length <= 2 && parts.every((part) => idPart.test(part)) && !/--|\.\.|\.git$/.test(id);
}

/** A folder beside a missing one whose name is nearly the same. */
async function similarFolder(missing: string): Promise<string | undefined> {
  const parent = dirname(missing);
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isFile()).map(({ name }) => name);
  const similar = didYouMean(basename(missing), names);
  return similar === undefined ? undefined : join(parent, similar);
}

function wrong(reference: string, reason: string): InputError {
  return new InputError(
    'model-reference',
    `${JSON.stringify(reference)} names no model: ${reason}; expected a folder, or owner/name or owner/name@revision on the hub`,
  );
}
