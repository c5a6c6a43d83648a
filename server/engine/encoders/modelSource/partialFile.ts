import { createHash, randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Unfinished downloads lie beside the finished ones as `<digest>.<owner>.incomplete`. The owner is `free` where its
 * writer let go of it, else the writer's machine and process. A name is taken over by renaming, which only one process
 * can do, so that a file never has two writers. Python's `huggingface_hub` writes to names of its own.
 */
const partialForm =
  /^(?<digest>[0-9a-f]{40}|[0-9a-f]{64})\.(?:free|(?<host>[0-9a-f]{8})-(?<process>\d+))-[0-9a-f]{8}\.incomplete$/;

/** A writer that is silent for longer is gone, wherever it ran. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

const thisHost = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/**
 * A path for a download of this process: what a killed or interrupted one left, under its new name, or one where there
 * is nothing yet.
 */
export async function claimPartial(blobs: string, digest: string): Promise<string> {
  const own = join(
    blobs,
    `${digest}.${thisHost}-${process.pid}-${randomBytes(4).toString('hex')}.incomplete`,
  );
  for (const abandoned of await abandonedPartials(blobs, digest)) {
    try {
      await rename(abandoned, own);
      return own;
    } catch (error) {
      // Another process was faster.
      if (!isGone(error)) throw error;
    }
  }
  return own;
}

/** Leaves an unfinished download to whoever goes on with it; an empty one is removed. */
export async function releasePartial(partial: string, blobs: string, digest: string): Promise<void> {
  const size = await stat(partial).then(
    (facts) => facts.size,
    () => 0,
  );
  if (size === 0) await rm(partial, { force: true });
  else await rename(partial, join(blobs, `${digest}.free-${randomBytes(4).toString('hex')}.incomplete`));
}

/** Removes what is left of other downloads of a file that is complete. */
export async function removeAbandoned(blobs: string, digest: string): Promise<void> {
  for (const path of await abandonedPartials(blobs, digest)) await rm(path, { force: true });
}

/** Unfinished downloads that nobody works on, the longest first. */
async function abandonedPartials(blobs: string, digest: string): Promise<string[]> {
  const found: { path: string; size: number }[] = [];
  for (const name of await readdir(blobs)) {
    const owner = partialForm.exec(name)?.groups;
    if (owner?.['digest'] !== digest) continue;
    const path = join(blobs, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined) continue;
    const isFree = owner['process'] === undefined;
    const isDead = owner['host'] === thisHost && !isRunning(Number(owner['process']));
    if (isFree || isDead || Date.now() - facts.mtimeMs > abandonedAfterMs) {
      found.push({ path, size: facts.size });
    }
  }
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
