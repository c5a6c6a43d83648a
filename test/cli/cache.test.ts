import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openShard } from '../../server/runs/embeddingShard.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import type { Report } from '../../server/protocol/report.ts';
import { useCommand } from './useCommand.ts';

const { folder: temporary, start, end, run } = useCommand();
// Each test starts the command several times, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });
let folder: string;
let cache: string;
const rows = 48;

const writeConfig = (count: number) =>
  writeFile(
    join(folder, 'a.gap.yaml'),
    `name: a\nseed: 3\ndata: { kind: scenes, count: ${count} }\n` +
      'experiments: [{ kind: modality-gap, metrics: [gap-distance] }]\n',
  );

beforeEach(async () => {
  folder = temporary();
  cache = join(folder, 'cache');
  await writeConfig(rows);
});

/** On the CPU: which device is the fastest is tried by every command, and told elsewhere. */
const flagsOf = (out: string) => ['measure', 'a.gap.yaml', '--device', 'cpu', '--out', out];

const measured = (out: string, ...flags: string[]) => run(...flagsOf(out), '--cache', cache, ...flags);

async function digest(out: string): Promise<string> {
  const bytes = await readFile(join(folder, out, 'embeddings.safetensors'));
  return createHash('sha256').update(bytes).digest('hex');
}

/** By modality: how many of how many items came from the cache. */
async function fromCache(out: string): Promise<Record<string, [number, number]>> {
  const report = JSON.parse(await readFile(join(folder, out, 'report.json'), 'utf8')) as Report;
  return Object.fromEntries(
    report.notes.flatMap(({ code, message }) => {
      const found = /^(\w+): (\d+) of (\d+) /.exec(message);
      return code !== 'cached-embeddings' || found === null
        ? []
        : [[found[1]!, [Number(found[2]), Number(found[3])]]];
    }),
  );
}

async function filesOf(cacheFolder: string): Promise<string[]> {
  if (!existsSync(cacheFolder)) return [];
  return (await readdir(cacheFolder, { recursive: true })).filter((name) =>
    /\.(safetensors|partial)$/.test(name),
  );
}

/** Embeddings in the cache, of all encoders. */
async function storedRows(): Promise<number> {
  const shards = (await filesOf(cache)).filter((name) => name.endsWith('.safetensors'));
  const opened = await Promise.all(shards.map((name) => openShard(join(cache, name))));
  return opened.reduce((sum, shard) => sum + shard.rows, 0);
}

describe('measure', () => {
  it('goes on after being killed at any moment, with the same bits in the end', async () => {
    // Enough to be killed in several times.
    const rows = 256;
    await writeConfig(rows);
    expect((await measured('undisturbed', '--no-cache')).code).toBe(0);
    expect(existsSync(cache)).toBe(false);

    const random = new Random(5);
    const kept: number[] = [];
    let isKilled = true;
    for (let round = 0; round < 5; round++) {
      const child = start([...flagsOf('killed'), '--cache', cache]);
      const ended = end(child);
      const before = (await filesOf(cache)).length;
      // After one to three new files, and then at any moment.
      const wanted = before + random.integer(1, 4);
      while (child.exitCode === null && (await filesOf(cache)).length < wanted) await pause(1);
      await pause(random.uniform() * 15);
      child.kill('SIGKILL');
      const { code } = await ended;
      const files = await filesOf(cache);
      kept.push(files.filter((name) => name.endsWith('.safetensors')).length);
      isKilled = code !== 0;
      if (!isKilled) break;
    }
    expect(kept.length).toBeGreaterThan(1);
    expect(kept[0]).toBeGreaterThan(0);

    const rowsKept = await storedRows();
    const { code, err } = await measured('finished');
    expect([code, err]).toEqual([0, expect.not.stringContaining('[cache-')]);
    expect(await digest('finished')).toBe(await digest('undisturbed'));
    const { image, text } = await fromCache('finished');
    // Nothing that was written is lost, and nothing was written twice.
    expect(image![0] + text![0]).toBe(rowsKept);
    if (!isKilled) expect(image![0]).toBe(rows);
    expect(image![1]).toBe(rows);
    console.log(
      `killed ${kept.length} times, files kept ${kept.join(', ')}; images embedded by the last run: ${image![1] - image![0]} of ${rows}`,
    );
    expect((await filesOf(cache)).filter((name) => name.endsWith('.safetensors'))).toHaveLength(2);
  });

  it('embeds nothing again, nothing of a damaged file is used, and it says so', async () => {
    expect((await measured('first')).err).not.toContain('cached-embeddings');
    await measured('second');
    const second = await fromCache('second');
    expect(second['image']).toEqual([rows, rows]);
    expect(second['text']![0]).toBe(second['text']![1]);
    expect(await digest('second')).toBe(await digest('first'));

    const [flipped, cut] = (await filesOf(cache)).map((name) => join(cache, name));
    const bytes = await readFile(flipped!);
    bytes[bytes.length - 100]! ^= 4;
    await writeFile(flipped!, bytes);
    await truncate(cut!, 3000);
    const { code, err } = await measured('third');
    expect(code).toBe(0);
    expect(err.match(/\[cache-damaged\]/g)).toHaveLength(2);
    expect(err).not.toContain('cached-embeddings');
    expect(await digest('third')).toBe(await digest('first'));
    await measured('fourth');
    expect(await fromCache('fourth')).toEqual(second);
  });

  it('may run twice at once', async () => {
    await measured('alone', '--no-cache');
    const both = await Promise.all([measured('one'), measured('two')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ err }) => err).join()).not.toContain('[cache-');
    const digests = await Promise.all(['alone', 'one', 'two'].map(digest));
    expect(new Set(digests).size).toBe(1);
    await measured('later');
    expect((await fromCache('later'))['image']).toEqual([rows, rows]);
  });

  it('touches nothing with --no-cache', async () => {
    const env = { MODALITY_GAP_CACHE: cache };
    await end(start([...flagsOf('run'), '--limit', '40'], env));
    const before = await filesOf(cache);
    expect(before).toHaveLength(2);
    const args = [...flagsOf('run'), '--seed', '9', '--limit', '40', '--no-cache'];
    expect((await end(start(args, env))).code).toBe(0);
    expect(await filesOf(cache)).toEqual(before);
    expect((await readdir(folder)).sort()).toEqual(['a.gap.yaml', 'cache', 'run']);
  });
});

describe('cache', () => {
  it('shows the folder and what is kept, and removes it', async () => {
    const env = { MODALITY_GAP_CACHE: cache };
    const cacheCommand = (...args: string[]) => end(start(['cache', ...args], env));
    expect((await cacheCommand()).out).toBe(`${cache}\nThe cache is empty.\n`);
    await measured('run', '--limit', '40');
    const { code, out } = await cacheCommand();
    expect(code).toBe(0);
    expect(out).toMatch(/^encoder +items +size +used last$/m);
    expect(out).toMatch(
      /^Vision transformer, random weights, .* on cpu +40 +\d+\.\d KiB +\d{4}-\d\d-\d\d$/im,
    );
    expect((await run('cache', '--cache', cache)).out).toBe(out);

    expect((await cacheCommand('prune', '--older-than', '1')).out).toBe('Removed 0 files, 0 B\n');
    expect(await filesOf(cache)).toHaveLength(2);
    const both = await cacheCommand('prune', '--older-than', '1', '--all');
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('[contradicting-flags]')]);
    expect((await run('cache', '--cache', cache, 'prune', '--all')).out).toMatch(/^Removed 2 files, /);
    expect((await cacheCommand()).out).toContain('The cache is empty.');
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
