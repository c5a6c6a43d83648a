/**
 * Images a second from JPEG files to embeddings, beside the bare runs of the same model on tensors that are ready, and
 * beside torch doing the same from the same files. ViT-B/32 with random weights. The three take turns.
 *
 *   npm run bench -- bench/imageThroughput.ts --images 256 --batch 32 --rounds 3
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mediaFolder } from '../server/engine/datasets/mediaFolder.ts';
import { embedSamples } from '../server/engine/encoders/embedSamples.ts';
import type { Encoder } from '../server/engine/encoders/encoder.ts';
import { randomNetwork } from '../server/engine/encoders/randomNetwork.ts';
import { initialParameters } from '../server/engine/graph/initialParameters.ts';
import { networkGraph } from '../server/engine/networks/network.ts';
import { vit } from '../server/engine/networks/vit.ts';
import { Random } from '../server/engine/numerics/random.ts';
import { loadGraph } from '../server/engine/runtime/graphSession.ts';
import { writeJpegs } from './jpegFolder.ts';
import { startPythonPeer } from './pythonPeer.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '256' },
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    /** Processes that decode for torch; 0 decodes where the model runs. */
    workers: { type: 'string', default: '2' },
  },
});
const [images, batch, rounds] = [values.images, values.batch, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const architecture = { imageSize: 224, patchSize: 32, width: 768, layers: 12, heads: 12, dimension: 512 };
const threads = availableParallelism();
const folder = await mkdtemp(join(tmpdir(), 'modality-gap-bench-'));
try {
  await writeJpegs(folder, images);
  const bare = await bareRuns();
  const whole = await wholePipeline();
  const torch = startPythonPeer(
    'imageThroughput.py',
    [folder, String(batch), String(threads), values.workers],
    threads,
  );
  const ways: Record<string, () => Promise<number>> = {
    'bare runs on ready tensors': () => bare.run(),
    'this project, from files': () => whole.run(),
    'torch, from files': async () => (await torch.run('go')).seconds,
  };
  for (const run of Object.values(ways)) await run();
  const seconds: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(ways)) (seconds[name] ??= []).push(await run());
  }
  torch.stop();
  await Promise.all([bare.stop(), whole.stop()]);
  console.log(
    `${images} JPEG files of 500×375, ViT-B/32, batches of ${batch}, ${threads} threads; images/s in ${rounds} rounds`,
  );
  for (const [name, each] of Object.entries(seconds)) {
    console.log(`${name.padEnd(28)} ${each.map((s) => (images / s).toFixed(1)).join('  ')}`);
  }
  const ratio = (name: string) =>
    each('this project, from files')
      .map((s, round) => (each(name)[round]! / s).toFixed(2))
      .join('  ');
  function each(name: string): number[] {
    return seconds[name]!;
  }
  console.log(`over bare runs               ${ratio('bare runs on ready tensors')}`);
  console.log(`over torch                   ${ratio('torch, from files')}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bareRuns() {
  const graph = networkGraph(vit, vit.params.parse(architecture));
  const session = await loadGraph(graph, initialParameters(graph, new Random(1)), { device: 'cpu' });
  const shape = [batch, 3, 224, 224];
  const data = new Random(2).fillNormal(new Float32Array(batch * 3 * 224 * 224));
  return {
    async run() {
      const start = performance.now();
      for (let done = 0; done < images; done += batch) await session.run({ input: { shape, data } });
      return ((performance.now() - start) / 1000) * (images / (Math.ceil(images / batch) * batch));
    },
    stop: () => session.dispose(),
  };
}

async function wholePipeline() {
  const { signal } = new AbortController();
  const random = new Random(1);
  const dataset = await mediaFolder.open(mediaFolder.params.parse({ path: folder, layout: 'files' }), {
    baseFolder: folder,
    random,
    signal,
  });
  if (dataset.kind !== 'samples') throw new Error('The folder holds no images');
  const encoder = await randomNetwork.load(
    randomNetwork.params.parse({ network: { kind: 'vit', ...architecture }, batchSize: batch }),
    {
      modality: 'image',
      content: 'image',
      baseFolder: folder,
      random,
      device: 'cpu',
      signal,
      progress: () => undefined,
    },
  );
  // The model is started once: what is compared is the flow of images through it.
  const model = await encoder.open();
  const started: Encoder = {
    ...encoder,
    open: () => Promise.resolve({ embed: (items) => model.embed(items), dispose: () => Promise.resolve() }),
  };
  return {
    async run() {
      const start = performance.now();
      await embedSamples(dataset, [started], {
        strict: true,
        stores: null,
        signal,
        progress: () => undefined,
      });
      return (performance.now() - start) / 1000;
    },
    stop: () => model.dispose(),
  };
}
