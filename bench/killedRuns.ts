/**
 * A run that is killed with SIGKILL again and again: how much is computed twice, and whether the embeddings are those of
 * a run that nobody disturbed, to the bit.
 *
 *   npm run bench -- bench/killedRuns.ts --items 10000 --kills 20
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SampleDataset } from '../server/engine/datasets/dataset.ts';
import { embedSamples } from '../server/engine/encoders/embedSamples.ts';
import { randomNetwork } from '../server/engine/encoders/randomNetwork.ts';
import { Random } from '../server/engine/numerics/random.ts';
import { folderEmbeddingCache } from '../server/runs/folderEmbeddingCache.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** Given to the processes that are killed: where the cache and the log are. */
    child: { type: 'string' },
  },
});
const items = Number(values.items);
const kills = Number(values.kills);

/** Images of noise, all different. */
const dataset: SampleDataset = {
  kind: 'samples',
  modalities: [{ name: 'image', content: 'image' }],
  count: items,
  facts: {},
  skipped: [],
  notes: [],
  read(index) {
    const random = new Random(index);
    const rgb = Uint8Array.from({ length: 3 * 32 * 32 }, () => random.integer(0, 256));
    const load = () => Promise.resolve({ kind: 'pixels', width: 32, height: 32, rgb } as const);
    return Promise.resolve({
      id: String(index),
      items: [{ content: 'image', name: `image ${index}`, load }],
    });
  },
  close: () => Promise.resolve(),
};

if (values.child === undefined) await compare();
else console.log(await embedAll(values.child, true));

/** Embeds everything; tells the digest of the embeddings, and logs each batch before it is embedded. */
async function embedAll(folder: string, cached: boolean): Promise<string> {
  const { signal } = new AbortController();
  const encoder = await randomNetwork.load(randomNetwork.params.parse({}), {
    modality: 'image',
    content: 'image',
    baseFolder: folder,
    random: new Random(1),
    device: 'cpu',
    signal,
    progress: () => undefined,
  });
  const logged = {
    ...encoder,
    async open() {
      const model = await encoder.open();
      return {
        ...model,
        embed(batch: Parameters<typeof model.embed>[0]) {
          appendFileSync(join(folder, 'log'), `${batch.length}\n`);
          return model.embed(batch);
        },
      };
    },
  };
  const { fingerprint, summary } = encoder;
  const store = await folderEmbeddingCache(join(folder, 'cache')).open({
    fingerprint,
    summary,
    device: 'cpu',
    versions: {},
  });
  const { embeddings } = await embedSamples(dataset, [logged], {
    strict: true,
    stores: cached ? [store] : null,
    signal,
    progress: () => undefined,
  });
  if (cached) await store.finish();
  return createHash('sha256')
    .update(new Uint8Array(embeddings[0]!.data.buffer, 0, embeddings[0]!.data.byteLength))
    .digest('hex');
}

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'modality-gap-bench-'));
  try {
    const start = performance.now();
    const undisturbed = await embedAll(folder, false);
    const seconds = (performance.now() - start) / 1000;
    await rm(join(folder, 'log'));
    const random = new Random(Number(values.seed)).stream('kills');
    let killed = 0;
    while (killed < kills) {
      // So short that all of the kills find a run that is not done yet.
      const milliseconds = 1000 * (0.4 + random.uniform() * (seconds / kills) * 1.6);
      if ((await embedInChild(folder, milliseconds)) !== null) break;
      killed += 1;
    }
    const final = await embedInChild(folder, null);
    const batches = (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n').map(Number);
    const embedded = batches.reduce((sum, count) => sum + count, 0);
    console.log(
      `${items} images, undisturbed in ${seconds.toFixed(1)} s; killed ${killed} times at random moments`,
    );
    console.log(`embedded ${embedded}: ${embedded - items} samples were computed again`);
    console.log(final === undisturbed ? 'the embeddings are equal to the bit' : 'THE EMBEDDINGS DIFFER');
    if (final !== undisturbed) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The digest that the child found; null when it was killed before. */
function embedInChild(folder: string, killAfter: number | null): Promise<string | null> {
  const script = join('scripts', 'runTypeScript.mjs');
  if (!existsSync(script)) throw new Error('To be started in the root of the project');
  const args = [script, 'bench/killedRuns.ts', '--items', String(items), '--child', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = killAfter === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfter);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (timer !== null) clearTimeout(timer);
      resolve(code === 0 ? output.trim() : null);
    });
  });
}
