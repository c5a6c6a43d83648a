import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../server/config/parseConfig.ts';
import type { Report } from '../server/protocol/report.ts';
import { npyFile } from './npyFile.ts';
import { tarArchive } from './engine/datasets/tarArchive.ts';
import { useWorker } from './worker/useWorker.ts';

const folder = 'media/templates';
const templates = readdirSync(folder);
const textOf = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');

describe('every template', () => {
  it('is a configuration', () => {
    expect(templates.length).toBeGreaterThan(3);
    expect(templates.filter((name) => !name.endsWith('.gap.yaml'))).toEqual([]);
  });

  it.each(templates)('%s validates without a word', (name) => {
    const { config, problems } = parseConfig(textOf(name), name);
    expect(problems).toEqual([]);
    expect(config).toBeDefined();
  });
});

const { folder: home, measureText } = useWorker();

/** Writes a file of the data, with the folders that it lies in. */
function write(name: string, content: string | Uint8Array): void {
  const path = join(home(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const rows = 12;

async function picture(row: number): Promise<Buffer> {
  const background = { r: (row * 53) % 256, g: (row * 101) % 256, b: (row * 17) % 256 };
  return sharp({ create: { width: 40, height: 32, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

async function pictures(nameOf: (row: number) => string): Promise<void> {
  for (let row = 0; row < rows; row++) write(nameOf(row), await picture(row));
}

/** By template: data of the form that it describes, as few as will do. */
const data: Readonly<Record<string, () => void | Promise<void>>> = {
  async 'clip.gap.yaml'() {
    await pictures((row) => `photos/${row}.jpg`);
    for (let row = 0; row < rows; row++) write(`photos/${row}.txt`, `a photo of number ${row}\n`);
    // As the hub's cache would have the model, only much smaller.
    const model = join(home(), 'hub', 'models--openai--clip-vit-base-patch32');
    const commit = 'a'.repeat(40);
    cpSync('test/oracle/clipCheckpoint/huggingFace', join(model, 'snapshots', commit), { recursive: true });
    write('hub/models--openai--clip-vit-base-patch32/refs/main', commit);
    vi.stubEnv('HF_HUB_CACHE', join(home(), 'hub'));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
  },
  async 'coco.gap.yaml'() {
    await pictures((row) => `val2017/${row}.jpg`);
    const images = Array.from({ length: rows }, (_, id) => ({ id, file_name: `${id}.jpg` }));
    const annotations = images.flatMap(({ id }) =>
      [0, 1].map((n) => ({ id: 2 * id + n, image_id: id, caption: `caption ${n} of picture ${id}` })),
    );
    write('annotations/captions_val2017.json', JSON.stringify({ images, annotations }));
  },
  'embeddings.gap.yaml'() {
    for (const [shift, name] of ['image', 'text'].entries()) {
      const values = Float32Array.from({ length: 60 * 8 }, (_, at) => Math.sin(at * 1.7 + shift) + shift);
      write(`${name}_features.npy`, npyFile([60, 8], values));
    }
  },
  'folder.gap.yaml': () => pictures((row) => `photos/${row % 2 === 0 ? 'cat' : 'dog'}/${row}.jpg`),
  'scenes.gap.yaml': () => undefined,
  async 'table.gap.yaml'() {
    await pictures((row) => `images/${row}.jpg`);
    const lines = Array.from(
      { length: rows },
      (_, row) => `${row}.jpg,caption ${row},${row % 2 ? 'a' : 'b'}`,
    );
    write('pairs.csv', `image_path,caption,category\n${lines.join('\n')}\n`);
  },
  async 'webDataset.gap.yaml'() {
    for (let shard = 0; shard < 4; shard++) {
      const entries = await Promise.all(
        [0, 1, 2].map(async (n) => [
          [`${shard}${n}.jpg`, await picture(3 * shard + n)] as const,
          [`${shard}${n}.txt`, `caption ${n} of shard ${shard}`] as const,
        ]),
      );
      write(`shards/train-00${shard}.tar`, await tarArchive(entries.flat()));
    }
  },
};

describe('on tiny data', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each(templates)(
    '%s is measured',
    async (name) => {
      await data[name]!();
      // The only data that do not come from files: fewer of them do.
      const text = textOf(name).replace('count: 512', 'count: 70');
      const runFolder = await measureText(text, name);
      const report = JSON.parse(readFileSync(join(runFolder, 'report.json'), 'utf8')) as Report;
      const expected = name === 'embeddings.gap.yaml' ? 60 : name === 'scenes.gap.yaml' ? 70 : rows;
      expect(report.modalities.map((modality) => modality.rows)).toEqual([expected, expected]);
      const gap = report.results.find(({ metric }) => metric === 'gap-distance');
      expect(gap?.value).toBeGreaterThan(0);
    },
    60_000,
  );
});
