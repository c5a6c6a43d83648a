import { extname } from 'node:path';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { contentNouns, contentOfName, fileContents, type FileContent } from './contentOfName.ts';
import { leftOutTypes } from './dataNotes.ts';
import type { Content, SkippedRow } from './dataset.ts';
import type { ListedFile } from './folderListing.ts';

/** The files of a row. */
export interface FileRow {
  /** The file's name; of several files, their name without its extension. */
  readonly id: string;
  /** The name without its extension. */
  readonly stem: string;
  /** One a content, in the order of the contents. */
  readonly files: readonly ListedFile[];
}

/** The rows that a folder's files make, whatever its layout. */
export interface FileRows {
  readonly contents: readonly FileContent[];
  readonly rows: readonly FileRow[];
  readonly skipped: readonly SkippedRow[];
}

/**
 * Rows of files: one a file where all are of one content, otherwise one for each name that has a file of every content.
 * Names without are in `skipped`.
 *
 * @param files In the order that the rows shall have.
 * @param wanted The contents to take; absent, all that there are.
 * @throws InputError `no-rows` when there is no file of the contents; `contents-unmatched` when there are several
 *   contents, but no name has a file of each.
 */
export function groupFiles(
  files: readonly ListedFile[],
  wanted: readonly Content[] | undefined,
  folder: string,
): FileRows {
  const possible = fileContents.filter((content) => wanted?.includes(content) ?? true);
  const found = new Map<FileContent, ListedFile[]>();
  for (const file of files) {
    const content = contentOfName(file.name);
    if (content === null || !possible.includes(content)) continue;
    const others = found.get(content);
    if (others === undefined) found.set(content, [file]);
    else others.push(file);
  }
  const contents = possible.filter((content) => found.has(content));
  const missing = wanted === undefined ? [] : possible.filter((content) => !found.has(content));
  if (contents.length === 0 || missing.length > 0) {
    const expected = missing.length > 0 ? missing : fileContents;
    throw new InputError(
      'no-rows',
      `${folder} holds no ${expected.map((content) => contentNouns[content]).join(' and no ')} (of ${files.length} files${typesOf(files)})`,
      { file: folder },
    );
  }
  if (contents.length === 1) {
    const rows = found.get(contents[0]!)!.map((file) => {
      return { id: file.name, stem: withoutExtension(file.name), files: [file] };
    });
    return { contents, rows, skipped: [] };
  }
  const grouped = rowsOfSeveral(found, contents);
  if (grouped.rows.length > 0) return { contents, ...grouped };
  const counts = contents.map((content) => `${content}: ${found.get(content)!.length}`).join(', ');
  throw new InputError(
    'contents-unmatched',
    `${folder} holds files of several contents (${counts}), but no name with a file of each, such as \`1.jpg\` and \`1.wav\`; say with \`contents\` which to take, for example \`contents: [${contents[0]!}]\``,
    { file: folder },
  );
}

/** What files there are, for messages: `: .bmp (12, first a.bmp)`; empty where there are none. */
function typesOf(files: readonly ListedFile[]): string {
  const types = leftOutTypes(files.map(({ name }) => [extname(name).slice(1).toLowerCase(), name] as const));
  const parts = types.map(({ name, reason }) => `${name} (${reason})`);
  return parts.length === 0 ? '' : `: ${someOf(parts)}`;
}

/** The name of a file without its extension, with the folders before it. */
export function withoutExtension(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

function rowsOfSeveral(
  found: ReadonlyMap<FileContent, readonly ListedFile[]>,
  contents: readonly FileContent[],
): Pick<FileRows, 'rows' | 'skipped'> {
  const skipped: SkippedRow[] = [];
  const byStem = new Map<string, Map<FileContent, ListedFile>>();
  for (const content of contents) {
    for (const file of found.get(content)!) {
      const stem = withoutExtension(file.name);
      const group = byStem.get(stem) ?? new Map<FileContent, ListedFile>();
      const other = group.get(content);
      byStem.set(stem, group);
      if (other === undefined) group.set(content, file);
      else
        skipped.push({ id: file.name, reason: `${other.name} is the ${contentNouns[content]} of that name` });
    }
  }
  const rows: FileRow[] = [];
  const stems = [...byStem.keys()].map((stem) => ({ stem, order: Buffer.from(stem) }));
  stems.sort((a, b) => Buffer.compare(a.order, b.order));
  for (const { stem } of stems) {
    const group = byStem.get(stem)!;
    const missing = contents.filter((content) => !group.has(content));
    if (missing.length === 0) {
      rows.push({ id: stem, stem, files: contents.map((content) => group.get(content)!) });
    } else {
      const nouns = missing.map((content) => contentNouns[content]);
      skipped.push({ id: stem, reason: `there is no ${nouns.join(' and no ')} of that name` });
    }
  }
  return { rows, skipped };
}
