import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../problems.ts';
import { unreadableFile } from './textFile.ts';

const mostShards = 100_000;

/**
 * The files that a path with patterns stands for, in order: `{000..010}` counts, keeping leading zeros, `{a,b}`
 * lists, and `*` in the file's own name matches any characters, in the order of the names' bytes.
 *
 * @throws InputError `too-many-shards` beyond 100,000, `no-shards` when nothing matches a `*`,
 *   `file-unreadable` when its folder cannot be listed.
 */
export async function shardPaths(path: string): Promise<string[]> {
  const paths: string[] = [];
  for (const expanded of expandBraces(path)) {
    if (basename(expanded).includes('*')) paths.push(...(await matchingFiles(expanded)));
    else paths.push(expanded);
  }
  return paths;
}

function expandBraces(path: string): string[] {
  const found = /\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}/.exec(path);
  if (found === null) return [path];
  const [pattern, first, last, list] = found;
  const parts = list === undefined ? countUp(path, first!, last!) : list.split(',');
  const tails = expandBraces(path.slice(found.index + pattern.length));
  if (parts.length * tails.length > mostShards) throw tooMany(path);
  const head = path.slice(0, found.index);
  return parts.flatMap((part) => tails.map((tail) => head + part + tail));
}

function countUp(path: string, first: string, last: string): string[] {
  const start = Number(first);
  const count = Number(last) - start + 1;
  if (count > mostShards) throw tooMany(path);
  if (count < 1) {
    throw new InputError('no-shards', `{${first}..${last}} in ${path} counts down, expected to count up`);
  }
  return Array.from({ length: count }, (_, index) => String(start + index).padStart(first.length, '0'));
}

function tooMany(path: string): InputError {
  return new InputError('too-many-shards', `${path} stands for more than ${mostShards} files`);
}

async function matchingFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const literals = basename(path)
    .split('*')
    .map((literal) => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(`^${literals.join('[^]*')}$`);
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadableFile(folder, error);
  });
  const matching = names.filter((name) => pattern.test(name));
  if (matching.length === 0) throw new InputError('no-shards', `No file matches ${path}`, { file: folder });
  matching.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return matching.map((name) => join(folder, name));
}
