import { readdir, readFile } from 'node:fs/promises';

/** Numbers of the running processes whose command line holds every one of the texts. Linux only. */
export async function processesWith(...texts: readonly string[]): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end while it is looked at.
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const isMeant = pid !== process.pid && texts.every((text) => commandLine.includes(text));
      return isMeant ? pid : null;
    }),
  );
  return found.filter((pid) => pid !== null);
}

/** Number of the process that started another one. Linux only. */
export async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)![1]);
}

/** Whether a process is running. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
