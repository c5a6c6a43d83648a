import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { matrix, row } from '../../server/engine/numerics/matrix.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import type { OpenDataFacts } from '../../server/engine/run.ts';
import type { Report } from '../../server/protocol/report.ts';
import { oracleFolder } from './datasets/openForTest.ts';
import { valueOf } from './measureMatrices.ts';
import { cones, everything, npyData, stored, useRuns } from './useRuns.ts';

const { folder, run, writeNpy, writeTable } = useRuns();

/** What a run gives but for when and how fast. */
function withoutTimes({ createdAt, provenance, experiments, ...report }: Report): object {
  expect(createdAt).toBeDefined();
  return {
    ...report,
    experiments: experiments.map(({ seconds, ...experiment }) => {
      expect(seconds).toBeGreaterThanOrEqual(0);
      return experiment;
    }),
    provenance: { ...provenance, timings: Object.keys(provenance.timings) },
  };
}

describe('a run', () => {
  it('reads embeddings for itself only where the caller has no use for them', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    expect((await run({ data: npyData }, { keepEmbeddings: false })).embeddings).toBeNull();
  });

  it('gives a report that its schema takes, with every metric, table and hash', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    const { report, embeddings } = await run({ data: npyData, experiments: everything, seed: 5 });
    expect(embeddings?.map(({ name }) => name)).toEqual(['image', 'text']);
    expect(embeddings?.map(({ matrix }) => matrix)).toEqual([image, text]);
    expect(stored(report)).toEqual(report);
    expect(report.modalities).toMatchObject([
      { name: 'image', rows: 40, dimension: 8, model: null, source: 'pair.npy' },
      { name: 'text', rows: 40, dimension: 8, model: null },
    ]);
    expect(report.modalities[0]!.data).not.toBe(report.modalities[1]!.data);
    expect(new Set(report.results.map(({ experiment }) => experiment))).toEqual(
      new Set(['modality-gap', 'loss-landscape']),
    );
    expect(report.experiments.map(({ tables }) => tables.length)).toEqual([0, 1]);
    expect(report.projection?.points['text']?.x).toHaveLength(40);
    expect(report.notes).toEqual([]);
    expect(report.provenance).toMatchObject({ seed: 5, device: 'cpu' });
    expect(Object.keys(report.provenance.timings)).toEqual(['opening', 'embedding', 'reading', 'projecting']);
  });

  it('says why a gap that is smaller than its noise has no interval', async () => {
    const random = new Random(8);
    const [image, text] = [matrix(60, 32), matrix(60, 32)];
    for (const { data } of [image, text]) random.fillNormal(data);
    await writeNpy('pair.npy', [image, text]);
    const experiments = [
      { kind: 'modality-gap', name: 'modality-gap', metrics: ['gap-distance', 'matched-cosine'] },
    ];
    const { report } = await run({ data: npyData, experiments });
    const intervalOf = (metric: string) =>
      report.results.find((result) => result.metric === metric)!.interval;
    expect(intervalOf('gap-distance')).toBeNull();
    expect(intervalOf('matched-cosine')).not.toBeNull();
    expect(report.notes).toEqual([
      { code: 'intervals-withheld', message: expect.stringMatching(/^1 value has no interval: /) as string },
    ]);
  });

  it('gives the same again, and other draws under another seed', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    const config = { data: npyData, experiments: everything, seed: 1, pairRows: 30 };
    const [first, second] = [await run(config), await run(config)];
    expect(withoutTimes(second.report)).toEqual(withoutTimes(first.report));
    const other = await run({ ...config, seed: 2 });
    expect(other.report.provenance.configHash).not.toBe(first.report.provenance.configHash);
    expect(other.report.modalities).toEqual(first.report.modalities);
    const gaps = [first, other].map(({ report }) =>
      report.results.find(({ metric }) => metric === 'gap-distance')!,
    );
    expect(gaps[1]!.value).toBe(gaps[0]!.value);
    expect(gaps[1]!.interval).not.toEqual(gaps[0]!.interval);
  });

  it('measures a single modality: its cone, and no pair', async () => {
    const { image } = cones();
    await writeNpy('one.npy', [image]);
    const { report } = await run({ data: { kind: 'npy', path: 'one.npy', modalities: ['image'] } });
    expect(stored(report)).toEqual(report);
    expect(report.results.map(({ metric }) => metric)).toEqual([
      'mean-cosine',
      'min-cosine',
      'max-cosine',
      'std-cosine',
      'cosine-quantiles',
      'cosine-histogram',
      'mean-resultant-length',
      'solid-angle-fraction',
    ]);
    expect(Object.keys(report.projection!.points)).toEqual(['image']);
  });

  it('measures every pair of three modalities, each as if it were alone', async () => {
    const three = cones();
    await writeTable('three.jsonl', three);
    const data = {
      kind: 'table',
      path: 'three.jsonl',
      id: 'name',
      columns: { image: 'image', text: 'text', audio: 'audio' },
    };
    const { report } = await run({ data });
    const pairs = report.results
      .filter(({ metric }) => metric === 'gap-distance')
      .map(({ modalities }) => modalities);
    expect(pairs).toEqual([
      ['image', 'text'],
      ['image', 'audio'],
      ['text', 'audio'],
    ]);
    expect(Object.keys(report.projection!.points)).toEqual(['image', 'text', 'audio']);
    expect(report.projection!.ids[3]).toBe('item-4');

    await writeNpy('pair.npy', [three.text, three.audio]);
    const alone = await run({ data: { ...npyData, modalities: ['text', 'audio'] } });
    for (const metric of ['gap-distance', 'mismatched-cosine', 'recall-at-1', 'relative-modality-gap']) {
      expect(valueOf(report.results, metric, ['text', 'audio'])).toBe(
        valueOf(alone.report.results, metric, ['text', 'audio']),
      );
    }
  });

  it('counts an item that rows share once', async () => {
    const { image, text } = cones();
    const groups = Array.from({ length: 40 }, (_, r) => r % 10);
    for (let r = 10; r < 40; r++) row(image, r).set(row(image, r % 10));
    await writeTable('captions.jsonl', { image, text }, groups);
    const { report } = await run({
      data: {
        kind: 'table',
        path: 'captions.jsonl',
        columns: { image: 'image', text: 'text' },
        relevance: { shared: 'image', column: 'group' },
      },
    });
    const recall = report.results.filter(({ metric }) => metric === 'recall-at-1');
    expect(recall.map(({ parameters }) => parameters)).toEqual([
      { queries: 10, gallery: 40 },
      { queries: 40, gallery: 10 },
    ]);
    const max = report.results.find(({ metric }) => metric === 'max-cosine')!;
    expect(max.value).toBeLessThan(0.999);
    expect(stored(report)).toEqual(report);
  });

  it('samples rows where there are more than pairRows, and says so', async () => {
    const { image, text } = cones(60);
    await writeNpy('pair.npy', [image, text]);
    const full = await run({ data: npyData, pairRows: 60 });
    const { report } = await run({ data: npyData, pairRows: 50, seed: 9 });
    expect(full.report.notes).toEqual([]);
    expect(report.notes).toMatchObject([{ code: 'sampled-rows' }]);
    expect(report.notes[0]!.message).toMatch(/50 of 60 rows.*seed 9/);
    for (const metric of ['gap-distance', 'matched-cosine', 'mismatched-cosine', 'relative-modality-gap']) {
      const names = ['image', 'text'];
      expect(valueOf(report.results, metric, names)).toBe(valueOf(full.report.results, metric, names));
    }
    const items = report.results.find(({ metric }) => metric === 'min-cosine')!.parameters['items'];
    expect(items).toBe(50);
  });
});

describe('completing the configuration', () => {
  it('is asked once the data are open, before anything is read', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    const seen: (string | OpenDataFacts)[] = [];
    const refusal = new Error('refused');
    const refused = run(
      { data: npyData },
      {
        progress: ({ stage }) => seen.push(stage),
        completeConfig(facts) {
          seen.push(facts);
          throw refusal;
        },
      },
    );
    await expect(refused).rejects.toBe(refusal);
    expect(seen).toEqual([{ modalities: ['image', 'text'], rows: 40, dimension: 8, contents: null }]);
  });

  it('replaces the configuration', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    const { report } = await run(
      { data: npyData },
      {
        completeConfig: () => ({
          name: 'completed',
          seed: 3,
          data: { kind: 'npy' },
          encoders: {},
          device: 'cpu',
          pairRows: 100,
          repeatedRows: 'one-item',
          invalidRows: 'refuse',
          experiments: [{ kind: 'modality-gap', name: 'own name', metrics: ['gap-distance'] }],
        }),
      },
    );
    expect(report.name).toBe('completed');
    expect(report.results).toMatchObject([{ experiment: 'own name', metric: 'gap-distance' }]);
  });

  it('is told what items are made of', async () => {
    await writeFile(join(folder(), 'lines.txt'), 'one\ntwo\nthree\n');
    let facts: OpenDataFacts | undefined;
    const stop = new Error('seen');
    await expect(
      run(
        { data: { kind: 'text-lines', path: 'lines.txt' } },
        {
          completeConfig(found) {
            facts = found;
            throw stop;
          },
        },
      ),
    ).rejects.toBe(stop);
    expect(facts).toEqual({ modalities: ['text'], rows: 3, contents: { text: 'text' } });
  });
});

describe('a run of images', () => {
  const small = {
    kind: 'random',
    network: { kind: 'vit', imageSize: 16, patchSize: 8, width: 16, layers: 1, dimension: 6 },
  };
  const config = { data: { kind: 'folder', path: '.' }, encoders: { image: small } };

  async function writeImages(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const background = { r: 40 * i, g: 255 - 40 * i, b: (90 * i) % 256 };
      const image = sharp({ create: { width: 16, height: 16, channels: 3, background } });
      await image.png().toFile(join(folder(), `${i}.png`));
    }
  }

  it('leaves out what cannot be read, and says so', async () => {
    await writeImages(5);
    await writeFile(join(folder(), '2.png'), 'no image');
    const { report, embeddings } = await run(config);
    expect(report.modalities).toMatchObject([{ name: 'image', rows: 4, dimension: 6 }]);
    expect(report.modalities[0]!.model).toMatch(/^[0-9a-f]{64}$/);
    expect(embeddings?.[0]?.matrix.rows).toBe(4);
    expect(report.notes.map(({ code }) => code)).toEqual(['random-encoder', 'rows-skipped', 'device']);
    expect(report.notes[2]!.message).toMatch(
      /^The encoders ran on \w+, chosen by `auto` after trying cuda \(/,
    );
    expect(report.notes[1]!.message).toMatch(/^1 row was left out: 2\.png \(/);
    expect(report.projection!.ids).toEqual(['0.png', '1.png', '3.png', '4.png']);
    expect(stored(report)).toEqual(report);
  });

  it('names each of several files of equal content that cannot be read', async () => {
    await writeImages(3);
    const cut = (await readFile(join(folder(), '0.png'))).subarray(0, 60);
    for (const name of ['3.png', '4.jpg', '5.png']) await writeFile(join(folder(), name), cut);
    const { report } = await run(config);
    const { message } = report.notes.find(({ code }) => code === 'rows-skipped')!;
    expect(message).toMatch(
      /3\.png \(The image 3\.png .*4\.jpg \(The image 4\.jpg .*5\.png \(The image 5\.png /,
    );
  });

  it('says what was left out where too few rows are left', async () => {
    await writeImages(3);
    const whole = await readFile(join(folder(), '0.png'));
    await writeFile(join(folder(), '0.png'), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder(), '2.png'), 'no image');
    await writeFile(join(folder(), '3.heic'), 'a name alone');
    await expect(run(config)).rejects.toMatchObject({
      code: 'too-few-rows',
      message: expect.stringMatching(
        /"image" has 1 row; a cone needs at least 2; 3 rows were left out \(first: 3\.heic: by its name it is HEIC/,
      ) as string,
    });
    await writeFile(join(folder(), '1.png'), 'no image');
    await expect(run(config)).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringMatching(
        /^No row of 3 could be read; 4 rows were left out \(first: 0\.png: .* it ends early/,
      ) as string,
    });
  });

  it('takes pictures of equal content for one item, and says so', async () => {
    await writeImages(5);
    await writeFile(join(folder(), '7.png'), await readFile(join(folder(), '1.png')));
    const { report } = await run(config);
    expect(report.notes.find(({ code }) => code === 'repeated-rows')?.message).toMatch(
      /^image: 1 of 6 rows repeat an earlier one \(of equal content\).*one item, of 5/,
    );
    const separate = await run({ ...config, repeatedRows: 'separate' });
    expect(separate.report.notes.map(({ code }) => code)).not.toContain('repeated-rows');
  });

  it('says what the reader left out', async () => {
    const path = join(oracleFolder, 'mixed.npz');
    const { report } = await run({ ...config, data: { kind: 'npz', path }, encoders: {} });
    expect(report.notes[0]).toMatchObject({ code: 'left-out' });
  });

  it('fails instead where it is strict', async () => {
    await writeImages(4);
    expect((await run(config, { strict: true })).report.notes).toHaveLength(2);
    await writeFile(join(folder(), '2.png'), 'no image');
    await expect(run(config, { strict: true })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('2.png') as unknown,
    });
  });
});
