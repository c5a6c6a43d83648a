import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../problems.ts';
import { fileRange } from './byteRange.ts';
import { fileContents, fileExtensions, type FileContent } from './contentOfName.ts';
import type { SkippedRow } from './dataset.ts';
import { openRegularFile } from './regularFile.ts';
import { indexTar, type TarMember } from './tarIndex.ts';
import { decodeText } from './textFile.ts';
import { unreadMedia, type UnreadFile } from './unreadFormats.ts';

/** The members of a shard that share a key, as far as they must be known before rows are read. */
export interface TarSample {
  readonly id: string;
  readonly shard: string;
  /** The member of each content that has one. */
  readonly media: ReadonlyMap<FileContent, TarMember>;
  /** The text's member, or the text itself where it comes from JSON. */
  readonly text: TarMember | string | undefined;
  readonly label: string | undefined;
  /** Members of formats that are known and not read, of contents that the sample has no other member of. */
  readonly unreadMedia: readonly (UnreadFile & { readonly name: string })[];
  /** Ends of the names of members that hold nothing that is read, without the sample's key. */
  readonly unread: readonly string[];
  /** The values of the JSON keys asked for, in that order; empty where there is none. */
  readonly attributes: readonly string[];
}

/** Which keys of JSON members to read. */
export interface JsonKeys {
  readonly caption: string;
  readonly attributes: readonly string[];
}

/**
 * The samples of a shard, in the archive's order: members whose names agree up to the first dot of the file's own
 * name, as WebDataset groups them.
 *
 * @param prefix Put before each key to make the sample's id.
 * @throws InputError `file-unreadable`, `tar-duplicate`, and those of `indexTar`.
 */
export async function listTarSamples(
  shard: string,
  prefix: string,
  keys: JsonKeys,
  signal: AbortSignal,
): Promise<{ readonly samples: readonly TarSample[]; readonly skipped: readonly SkippedRow[] }> {
  return await withShard(shard, async (handle, size) => {
    const { members, unusable } = await indexTar(fileRange(handle, shard, 0, size), shard, signal);
    const samples: TarSample[] = [];
    const skipped = unusable.map(({ name, reason }) => ({ id: prefix + name, reason }));
    for (const [key, group] of groupByKey(members, shard)) {
      signal.throwIfAborted();
      const id = prefix + key;
      try {
        samples.push({ id, shard, ...(await describeSample(group, keys, handle, shard)) });
      } catch (error) {
        if (!(error instanceof InputError) || error.code === 'file-changed') throw error;
        skipped.push({ id, reason: error.message });
      }
    }
    return { samples, skipped };
  });
}

/** The bytes of a member. */
export async function readTarMember(shard: string, member: TarMember): Promise<Uint8Array> {
  return await withShard(shard, (handle) => readMember(member, handle, shard));
}

async function withShard<T>(
  shard: string,
  use: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const { handle, size } = await openRegularFile(shard);
  try {
    return await use(handle, size);
  } finally {
    await handle.close();
  }
}

/** Members by key, and within a key by extension in lower case. */
function groupByKey(members: readonly TarMember[], shard: string): Map<string, Map<string, TarMember>> {
  const groups = new Map<string, Map<string, TarMember>>();
  for (const member of members) {
    // Hidden files (`._cat.jpg`, which macOS adds) have no key.
    const parts = /^((?:.*\/)?[^./]+)\.([^/]*)$/s.exec(member.name);
    if (parts === null) continue;
    const key = parts[1]!;
    const extension = parts[2]!.toLowerCase();
    const group = groups.get(key) ?? new Map<string, TarMember>();
    if (group.has(extension)) {
      throw new InputError('tar-duplicate', `${shard} has more than one member ${member.name}`, {
        file: shard,
      });
    }
    groups.set(key, group.set(extension, member));
  }
  return groups;
}

/** @throws InputError when a member that had to be read is not what its name says. */
async function describeSample(
  group: ReadonlyMap<string, TarMember>,
  keys: JsonKeys,
  handle: FileHandle,
  shard: string,
): Promise<Omit<TarSample, 'id' | 'shard'>> {
  const textMember = group.get('txt');
  const labelMember = group.get('cls');
  const jsonMember = group.get('json');
  const needsJson = textMember === undefined || keys.attributes.length > 0;
  const json = jsonMember === undefined || !needsJson ? {} : await readJson(jsonMember, handle, shard);
  const caption = json[keys.caption];
  const media = new Map<FileContent, TarMember>();
  for (const content of fileContents) {
    const extension = fileExtensions[content].find((candidate) => group.has(candidate));
    if (extension !== undefined) media.set(content, group.get(extension)!);
  }
  const unread = [...group].flatMap(([extension, { name }]) => {
    const found = extension.includes('.') ? null : unreadMedia(name);
    return found === null || media.has(found.content) ? [] : [{ ...found, name }];
  });
  const used = new Set<TarMember | undefined>([...media.values(), textMember, labelMember]);
  // Beside a text, JSON is what is known of the sample.
  if (textMember !== undefined || typeof caption === 'string' || keys.attributes.length > 0) {
    used.add(jsonMember);
  }
  return {
    media,
    unreadMedia: unread,
    text: textMember ?? (typeof caption === 'string' && caption.trim() !== '' ? caption.trim() : undefined),
    unread: [...group].filter(([, member]) => !used.has(member)).map(([extension]) => extension),
    label: labelMember === undefined ? undefined : (await readText(labelMember, handle, shard)).trim(),
    attributes: keys.attributes.map((key) => attributeText(json[key])),
  };
}

function attributeText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function readJson(
  member: TarMember,
  handle: FileHandle,
  shard: string,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(member, handle, shard);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const found = `${member.name} in ${shard} is not valid JSON: ${(error as Error).message}`;
    throw new InputError('bad-json', found, { file: shard });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new InputError('bad-json', `${member.name} in ${shard} is no JSON object`, { file: shard });
  }
  return content as Readonly<Record<string, unknown>>;
}

async function readText(member: TarMember, handle: FileHandle, shard: string): Promise<string> {
  return decodeText(await readMember(member, handle, shard), `${member.name} in ${shard}`);
}

async function readMember(
  { offset, size }: TarMember,
  handle: FileHandle,
  shard: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  await fileRange(handle, shard, offset, size).read(0, bytes);
  return bytes;
}
