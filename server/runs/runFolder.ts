import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { writeSafetensors } from '../engine/datasets/safetensorsFile.ts';
import type { Matrix } from '../engine/numerics/matrix.ts';
import { InputError } from '../engine/problems.ts';
import type { Report } from '../protocol/report.ts';
import { projectionMethods } from '../protocol/runContent.ts';
import { pointsFileNames, runFileNames } from './runFileNames.ts';
import { formatRunRecord, type RunRecord } from './runRecord.ts';

/** Embeddings of one modality, as the run measured them. */
export interface NamedEmbeddings {
  readonly name: string;
  readonly matrix: Matrix;
}

/** What a run leaves behind. */
export interface RunFiles {
  readonly report: Report;
  /** What encoders made; null where embeddings were read, which are in their own file already. */
  readonly embeddings: readonly NamedEmbeddings[] | null;
  readonly html: string;
  /** The configuration with every default, as YAML. */
  readonly config: string;
  readonly record: RunRecord;
}

const knownNames: readonly string[] = [
  ...Object.values(runFileNames),
  ...projectionMethods.flatMap((method) => Object.values(pointsFileNames(method))),
];

/** The name of a folder for a run that names none: `<name>-<YYYYMMDD-HHMMSS>`, local time. */
export function runFolderName(name: string, now: Date): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${slug === '' ? 'run' : slug}-${date}-${time}`;
}

/**
 * Whether a run may be written to a folder: it is absent or empty, or holds an earlier run and nothing else.
 *
 * @throws InputError when it may not; nothing is touched.
 */
export async function checkRunFolder(folder: string): Promise<void> {
  const target = await resolveTarget(folder);
  const within = relative(target, process.cwd());
  if (!within.startsWith('..') && !isAbsolute(within)) {
    throw new InputError(
      'output-holds-current-folder',
      `The output folder ${folder} is the current folder, or holds it; expected a folder of the run's own`,
    );
  }
  await contentsOf(target, folder);
}

/** Whether a folder holds a run, and nothing that is not part of it. */
export async function isRunFolder(folder: string): Promise<boolean> {
  try {
    return (await contentsOf(folder, folder)) === 'run';
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** Removes what a process that was killed had written of a run so far, and the folder of runs if that is then empty. */
export async function removePartialRun(folder: string): Promise<void> {
  const parent = dirname(folder);
  const prefix = partialPrefix(folder);
  for (const name of await readdir(parent).catch(() => [])) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
  await rmdir(parent).catch(() => undefined);
}

/** How the names begin of what is not finished yet and is going to be a run's folder. */
function partialPrefix(folder: string): string {
  return `.${basename(folder)}.partial-`;
}

/**
 * Writes a run folder: complete, or not at all. Everything goes into a hidden folder beside it, which is renamed at
 * the end; an earlier run at the same place is replaced.
 *
 * @throws InputError as `checkRunFolder` does.
 */
export async function writeRunFolder(folder: string, files: RunFiles, signal: AbortSignal): Promise<void> {
  await checkRunFolder(folder);
  const target = await resolveTarget(folder);
  const parent = dirname(target);
  const firstCreated = await mkdir(parent, { recursive: true });
  const partial = join(parent, `${partialPrefix(target)}${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(partial);
    await writeFiles(partial, files);
    signal.throwIfAborted();
    await moveInPlace(partial, target, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (firstCreated !== undefined) await removeEmpty(firstCreated, parent);
    throw error;
  }
}

async function writeFiles(
  folder: string,
  { report, embeddings, html, config, record }: RunFiles,
): Promise<void> {
  await writeFile(join(folder, runFileNames.report), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(folder, runFileNames.html), html);
  await writeFile(join(folder, runFileNames.config), config);
  await writeFile(join(folder, runFileNames.record), formatRunRecord(record));
  if (embeddings === null) return;
  const tensors = Object.fromEntries(
    embeddings.map(({ name, matrix }) => [name, { shape: [matrix.rows, matrix.columns], data: matrix.data }]),
  );
  await writeSafetensors(join(folder, runFileNames.embeddings), tensors, { name: report.name });
}

/** Renames the finished folder to its place, and an earlier run out of the way first: at no time is there neither. */
async function moveInPlace(finished: string, target: string, folder: string): Promise<void> {
  const contents = await contentsOf(target, folder);
  if (contents === 'absent') {
    await rename(finished, target);
    return;
  }
  if (contents === 'empty') {
    await rmdir(target);
    await rename(finished, target);
    return;
  }
  const aside = join(dirname(target), `.${basename(target)}.replaced-${randomBytes(6).toString('hex')}`);
  await rename(target, aside);
  try {
    await rename(finished, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function contentsOf(target: string, folder: string): Promise<'absent' | 'empty' | 'run'> {
  let names: string[];
  try {
    names = await readdir(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'absent';
    const found = code === 'ENOTDIR' ? 'is a file' : `cannot be read (${code ?? 'unknown reason'})`;
    throw new InputError(
      'output-not-a-folder',
      `The output ${folder} ${found}; expected a folder or nothing`,
    );
  }
  if (names.length === 0) return 'empty';
  const foreign = names.find((name) => !knownNames.includes(name));
  if (foreign !== undefined || !(await holdsReport(target))) {
    throw new InputError(
      'output-not-empty',
      `The output folder ${folder} holds ${foreign ?? names[0]!}, which is not part of a run; ` +
        'expected a new or empty folder, or one that holds an earlier run',
    );
  }
  return 'run';
}

async function holdsReport(target: string): Promise<boolean> {
  try {
    const report: unknown = JSON.parse(await readFile(join(target, runFileNames.report), 'utf8'));
    return typeof report === 'object' && report !== null && 'version' in report && 'provenance' in report;
  } catch {
    return false;
  }
}

/** The absolute path, through a link where the folder is one: the link stays and what it leads to is replaced. */
async function resolveTarget(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    return (await lstat(path)).isSymbolicLink() ? await realpath(path) : path;
  } catch {
    return path;
  }
}

/** Removes folders that were created for the run, from the deepest up to `first`, while they are empty. */
async function removeEmpty(first: string, deepest: string): Promise<void> {
  for (let folder = deepest; ; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
    if (folder === first) return;
  }
}
