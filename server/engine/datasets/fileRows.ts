import { extname } from 'node:path';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { contentNouns, contentOfName, fileContents, type FileContent } from './contentOfName.ts';
import { leftOutTypes } from './dataNotes.ts';
import type { Content, SkippedRow } from './dataset.ts';
import type { ListedFile } from './folderListing.ts';
import { unreadMedia, type UnreadFile } from './unreadFormats.ts';

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
  /** The names, without their extensions, of files that are of a format that is not read; they are in `skipped`. */
  readonly unreadStems: ReadonlySet<string>;
}

interface UnreadMedium extends UnreadFile {
  readonly name: string;
  readonly stem: string;
}

/**
 * Rows of files: one a file where all are of one content, otherwise one for each name that has a file of every content.
 * Names without are in `skipped`, and so are files of formats that are known and not read, with the rows that they
 * would belong to.
 *
 * @param files In the order that the rows shall have.
 * @param wanted The contents to take; absent, all that there are.
 * @throws InputError `no-rows` when there is no file of the contents that can be read; `contents-unmatched` when there are several
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
  const unread = files.flatMap(({ name }): UnreadMedium[] => {
    const medium = unreadMedia(name);
    if (medium === null || !possible.includes(medium.content)) return [];
    return [{ ...medium, name, stem: withoutExtension(name) }];
  });
  const contents = possible.filter((content) => found.has(content));
  const missing = wanted === undefined ? [] : possible.filter((content) => !found.has(content));
  if (contents.length === 0 || missing.length > 0) {
    const known = fileContents.filter((content) => unread.some((medium) => medium.content === content));
    const expected = [missing, known, fileContents].find((list) => list.length > 0)!;
    throw noFiles(folder, expected, files, unread);
  }
  const grouped =
    contents.length === 1 ? rowsOfOne(found.get(contents[0]!)!) : rowsOfSeveral(found, contents);
  if (grouped.rows.length > 0) return withoutUnread({ contents, ...grouped }, found, unread, folder);
  const counts = contents.map((content) => `${content}: ${found.get(content)!.length}`).join(', ');
  throw new InputError(
    'contents-unmatched',
    `${folder} holds files of several contents (${counts}), but no name with a file of each, such as \`1.jpg\` and \`1.wav\`; say with \`contents\` which to take, for example \`contents: [${contents[0]!}]\``,
    { file: folder },
  );
}

function noFiles(
  folder: string,
  expected: readonly FileContent[],
  files: readonly ListedFile[],
  unread: readonly UnreadMedium[],
): InputError {
  const nouns = expected.map((content) => contentNouns[content]).join(' and no ');
  const first = unread.find(({ content }) => expected.includes(content));
  const found =
    first === undefined
      ? `${nouns} (of ${files.length} files${typesOf(files)})`
      : `${nouns} that can be read (of ${files.length} files${typesOf(files)}): ${first.name}: ${first.reason}`;
  return new InputError('no-rows', `${folder} holds no ${found}`, { file: folder });
}

/**
 * The rows without those that lack what is in a file of a format that is not read.
 *
 * @throws InputError `no-rows` when none is left.
 */
function withoutUnread(
  { contents, rows, skipped }: Omit<FileRows, 'unreadStems'>,
  found: ReadonlyMap<FileContent, readonly ListedFile[]>,
  unread: readonly UnreadMedium[],
  folder: string,
): FileRows {
  const read = new Map(
    [...found].map(([content, files]) => [content, new Set(files.map(({ name }) => withoutExtension(name)))]),
  );
  const lacking = new Set(
    unread.filter(({ content, stem }) => read.get(content)?.has(stem) !== true).map(({ stem }) => stem),
  );
  const kept = rows.filter(({ stem }) => !lacking.has(stem));
  const [first] = unread;
  if (kept.length === 0 && first !== undefined) {
    const alone = contents.map((content) => contentNouns[content]).join(' and ');
    throw new InputError(
      'no-rows',
      `${folder} gives no row: each ${alone} has a file of its name that is not read (first: ${first.name}: ${first.reason}); \`contents: [${contents.join(', ')}]\` takes the others alone`,
      { file: folder },
    );
  }
  return {
    contents,
    rows: kept,
    skipped: [
      ...unread.map(({ name, reason }) => ({ id: name, reason })),
      ...skipped.filter(({ id }) => !lacking.has(id)),
    ],
    unreadStems: new Set(unread.map(({ stem }) => stem)),
  };
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

function rowsOfOne(files: readonly ListedFile[]): Pick<FileRows, 'rows' | 'skipped'> {
  const rows = files.map((file) => ({ id: file.name, stem: withoutExtension(file.name), files: [file] }));
  return { rows, skipped: [] };
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
