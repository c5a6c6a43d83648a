/**
 * The command measuring a folder of JPEG files with ViT-B/32 (random weights) for the first time, and again: what the
 * cache of embeddings saves. Needs `npm run build`.
 *
 *   npm run bench -- bench/secondRun.ts --images 2000
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeJpegs } from './jpegFolder.ts';

const { values } = parseArgs({ options: { images: { type: 'string', default: '2000' } } });
const images = Number(values.images);
const folder = await mkdtemp(join(tmpdir(), 'modality-gap-bench-'));
try {
  await writeJpegs(join(folder, 'images'), images);
  await writeFile(
    join(folder, 'first.gap.yaml'),
    `name: first
data: { kind: folder, path: images, layout: files }
encoders:
  image:
    kind: random
    network: { kind: vit, imageSize: 224, patchSize: 32, width: 768, layers: 12, heads: 12, dimension: 512 }
`,
  );
  const [first, second] = [measure('first'), measure('second')];
  const reports = await Promise.all(['first', 'second'].map(resultsOf));
  console.log(`${images} JPEG files of 500×375, ViT-B/32, whole command`);
  console.log(
    `first ${first.toFixed(1)} s, second ${second.toFixed(2)} s: ${((100 * second) / first).toFixed(2)} %`,
  );
  console.log(reports[0] === reports[1] ? 'the values are equal' : 'THE VALUES DIFFER');
} finally {
  await rm(folder, { recursive: true, force: true });
}

function measure(out: string): number {
  const start = performance.now();
  const args = [
    'measure',
    join(folder, 'first.gap.yaml'),
    '--out',
    join(folder, out),
    '--cache',
    join(folder, 'cache'),
  ];
  const { status, stderr } = spawnSync(process.execPath, [resolve('dist/cli.mjs'), ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - start) / 1000;
}

async function resultsOf(name: string): Promise<string> {
  const report = JSON.parse(await readFile(join(folder, name, 'report.json'), 'utf8')) as {
    results: unknown;
  };
  return JSON.stringify(report.results);
}
