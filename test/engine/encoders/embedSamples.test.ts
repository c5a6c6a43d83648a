import { beforeEach, describe, expect, it } from 'vitest';
import type { SampleDataset } from '../../../server/engine/datasets/dataset.ts';
import { embedSamples, type EmbedOptions } from '../../../server/engine/encoders/embedSamples.ts';
import type { EmbeddingStore } from '../../../server/engine/encoders/embeddingCache.ts';
import type { Encoder, PreparedItem } from '../../../server/engine/encoders/encoder.ts';
import { randomNetwork } from '../../../server/engine/encoders/randomNetwork.ts';
import { matrix, row } from '../../../server/engine/numerics/matrix.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { encoderContext, noiseImage } from './encoderFixture.ts';
import { useRuns } from '../useRuns.ts';

/** A store in memory. */
class MemoryStore implements EmbeddingStore {
  readonly notes = [];
  readonly rows = new Map<string, Float32Array>();

  has(hash: string) {
    return this.rows.has(hash);
  }

  lookup(hashes: readonly string[]) {
    return Promise.resolve(
      new Map(hashes.flatMap((hash) => (this.rows.has(hash) ? [[hash, this.rows.get(hash)!] as const] : []))),
    );
  }

  store(hashes: readonly string[], rows: Parameters<EmbeddingStore['store']>[1]) {
    hashes.forEach((hash, at) => this.rows.set(hash, row(rows, at).slice()));
    return Promise.resolve();
  }

  finish() {
    return Promise.resolve();
  }
}

/** Pairs of which every seventh repeats an earlier one. */
function pairs(count: number): SampleDataset {
  return {
    kind: 'samples',
    modalities: [
      { name: 'image', content: 'image' },
      { name: 'text', content: 'text' },
    ],
    count,
    facts: {},
    skipped: [],
    notes: [],
    read(index) {
      const item = index % 7 === 6 ? index - 5 : index;
      const text = `caption ${item * item} of this`;
      return Promise.resolve({ id: String(index), items: [noiseImage(item), { content: 'text', text }] });
    },
    close: () => Promise.resolve(),
  };
}

/** The items given to each encoder, batch by batch. */
let batches: { image: number[]; text: number[] };
beforeEach(() => {
  batches = { image: [], text: [] };
});

async function embed(
  count: number,
  stores: readonly EmbeddingStore[] | null,
  { image = {}, explain }: { image?: object; explain?: EmbedOptions['explain'] } = {},
) {
  const encoders: Encoder[] = [];
  for (const content of ['image', 'text'] as const) {
    const encoder = await randomNetwork.load(
      randomNetwork.params.parse(content === 'image' ? image : {}),
      encoderContext(content),
    );
    encoders.push({
      ...encoder,
      async open() {
        const model = await encoder.open();
        return {
          ...model,
          embed(items) {
            batches[content].push(items.length);
            return model.embed(items);
          },
        };
      },
    });
  }
  return embedSamples(pairs(count), encoders, {
    strict: true,
    stores,
    ...(explain && { explain }),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

it('embeddings of two dimensions are refused as soon as there are some of each', async () => {
  const image = { network: { kind: 'mlp', width: 27, layers: 1 }, batchSize: 2 };
  const explain: EmbedOptions['explain'] = (error, { name }) =>
    new InputError((error as InputError).code, `${name}: ${(error as InputError).message}`);
  await expect(embed(70, null, { image, explain })).rejects.toMatchObject({
    code: 'unequal-dimensions',
    message: expect.stringMatching(
      /^text: The encoder for "text" gives .* of dimension \d+, that for "image" of 27/,
    ) as string,
  });
  expect(sum(batches.image)).toBeLessThan(30);
});

describe('items that were embedded before', () => {
  it('are not embedded again', async () => {
    const stores = [new MemoryStore(), new MemoryStore()];
    const first = await embed(70, stores);
    expect([sum(batches.image), sum(batches.text)]).toEqual([60, 60]);
    expect(first.items).toEqual([
      { distinct: 60, stored: 0, truncated: 0, dependsOnBatch: false },
      { distinct: 60, stored: 0, truncated: 0, dependsOnBatch: false },
    ]);
    batches = { image: [], text: [] };
    const second = await embed(77, stores);
    expect([sum(batches.image), sum(batches.text)]).toEqual([6, 6]);
    expect(second.items[0]).toEqual({ distinct: 66, stored: 60, truncated: 0, dependsOnBatch: false });
    expect(second.embeddings[0]!.data.subarray(0, first.embeddings[0]!.data.length)).toEqual(
      first.embeddings[0]!.data,
    );
  });

  it('leave the others as they are to the bit, whichever were there', async () => {
    const complete = [new MemoryStore(), new MemoryStore()];
    const undisturbed = await embed(70, null);
    await embed(70, complete);
    const random = new Random(3);
    for (const share of [0.05, 0.5, 0.9, 0.97]) {
      const stores = complete.map(({ rows }) => {
        const partial = new MemoryStore();
        for (const [hash, values] of rows) if (random.uniform() < share) partial.rows.set(hash, values);
        return partial;
      });
      const { embeddings } = await embed(70, stores);
      expect(embeddings).toEqual(undisturbed.embeddings);
    }
  });
});

describe('embeddings that turn out to be damaged', () => {
  it('are made anew, and counted as made', async () => {
    const stores = [new MemoryStore(), new MemoryStore()];
    const undisturbed = await embed(70, stores);
    const [damaged] = stores;
    const lost = [...damaged!.rows.keys()].slice(10, 23);
    const lookup = damaged!.lookup.bind(damaged);
    damaged!.lookup = (hashes) => lookup(hashes.filter((hash) => !lost.includes(hash)));
    batches = { image: [], text: [] };
    const again = await embed(70, stores);
    expect([sum(batches.image), sum(batches.text)]).toEqual([13, 0]);
    expect(again.items[0]).toEqual({ distinct: 60, stored: 47, truncated: 0, dependsOnBatch: false });
    expect(again.embeddings).toEqual(undisturbed.embeddings);
  });
});

describe('a run', () => {
  const { run } = useRuns();

  it('says how much came from the cache, and gives the same values', async () => {
    const stores = new Map<string, MemoryStore>();
    const keys: string[] = [];
    const cache = {
      open({ summary, ...key }: { readonly fingerprint: string; readonly summary: string }) {
        const name = JSON.stringify(key);
        keys.push(name);
        expect(summary).toContain('random weights');
        const store = stores.get(name) ?? new MemoryStore();
        stores.set(name, store);
        return Promise.resolve(store);
      },
    };
    const config = { data: { kind: 'scenes', count: 40 } };
    const encoders = { image: { kind: 'random' }, text: { kind: 'random' } };
    const runs = [];
    for (const options of [{}, { cache }, { cache }]) runs.push(await run({ ...config, encoders }, options));
    const [without, first, second] = runs.map(({ report }) => report);
    const messages = (report: typeof first) =>
      report!.notes.filter(({ code }) => code === 'cached-embeddings').map(({ message }) => message);
    expect([messages(without), messages(first)]).toEqual([[], []]);
    expect(messages(second)).toEqual([
      expect.stringMatching(/^image: 40 of 40 different items/),
      expect.stringMatching(/^text: (\d+) of \1 different items/),
    ]);
    expect(second!.results).toEqual(without!.results);
    expect(runs[2]!.embeddings).toEqual(runs[0]!.embeddings);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toContain('"device":"cpu"');
  });
});

describe('reading ahead', () => {
  /** Texts of one word; a row's item fails to load where `fails` says so. */
  function words(count: number, fails: (row: number) => boolean, log: { reading: number }): SampleDataset {
    return {
      kind: 'samples',
      modalities: [{ name: 'image', content: 'image' }],
      count,
      facts: {},
      skipped: [],
      notes: [],
      read(index) {
        log.reading = index + 1;
        const image = noiseImage(index, 4);
        const failing = () => Promise.reject(new InputError('image-undecodable', `image ${index} is broken`));
        return Promise.resolve({
          id: String(index),
          items: [{ ...image, load: fails(index) ? failing : () => image.load() }],
        });
      },
      close: () => Promise.resolve(),
    };
  }

  /** Embeds an image as its first byte, in batches of 4. */
  function firstByte(
    embed: (items: readonly PreparedItem[]) => Promise<void>,
    dispose = () => undefined,
  ): Encoder {
    return {
      fingerprint: 'first byte',
      summary: '',
      logitScale: null,
      batchSize: 4,
      preparesCheaply: false,
      prepare(item) {
        const byte = item.content === 'image' && item.image.kind === 'pixels' ? item.image.rgb[0]! : -1;
        return Promise.resolve({
          inputs: { tensor: { shape: [1], data: Float32Array.of(byte) } },
          isTruncated: byte % 2 === 0,
        });
      },
      open: () =>
        Promise.resolve({
          async embed(items) {
            await embed(items);
            const values = items.map(({ inputs }) => inputs['tensor']!.data[0] as number);
            return matrix(items.length, 1, Float32Array.from(values));
          },
          dispose() {
            dispose();
            return Promise.resolve();
          },
        }),
    };
  }

  const options = { strict: false, stores: null, progress: () => undefined };

  it('never holds more than two batches beside the one that is embedded', async () => {
    const log = { reading: 0 };
    let embeddedSoFar = 0;
    let furthest = 0;
    const encoder = firstByte((items) => {
      furthest = Math.max(furthest, log.reading - embeddedSoFar);
      embeddedSoFar += items.length;
      return new Promise((resolve) => setTimeout(resolve, 2));
    });
    const { signal } = new AbortController();
    await embedSamples(
      words(200, () => false, log),
      [encoder],
      { ...options, signal },
    );
    expect(furthest).toBeLessThanOrEqual(12);
    expect(furthest).toBeGreaterThan(4);
  });

  it('leaves out rows that cannot be read, and keeps the order of the others', async () => {
    const encoder = firstByte(() => Promise.resolve());
    const { signal } = new AbortController();
    const isBroken = (row: number) => row % 5 === 3;
    const all = await embedSamples(
      words(30, () => false, { reading: 0 }),
      [encoder],
      { ...options, signal },
    );
    const { rows, skipped, embeddings, items } = await embedSamples(
      words(30, isBroken, { reading: 0 }),
      [encoder],
      { ...options, signal },
    );
    const kept = Array.from({ length: 30 }, (_, row) => row).filter((row) => !isBroken(row));
    expect([...rows]).toEqual(kept);
    expect(skipped.map(({ reason }) => reason)[1]).toBe('image 8 is broken');
    expect([...embeddings[0]!.data]).toEqual(kept.map((row) => all.embeddings[0]!.data[row]));
    const even = kept.filter((row) => all.embeddings[0]!.data[row]! % 2 === 0).length;
    expect(items[0]!.truncated).toBe(even);
  });

  it('ends in the middle of a batch when it is aborted, and ends the models', async () => {
    const controller = new AbortController();
    let disposed = 0;
    let fail: (error: Error) => void = () => undefined;
    const encoder = firstByte(
      () =>
        new Promise((_, reject) => {
          fail = reject;
          setTimeout(() => {
            controller.abort(new Error('enough'));
          }, 5);
        }),
      () => {
        disposed += 1;
        // As a process that is killed fails what it computes.
        fail(new Error('was stopped'));
        return undefined;
      },
    );
    const dataset = words(30, () => false, { reading: 0 });
    await expect(embedSamples(dataset, [encoder], { ...options, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    expect(disposed).toBe(1);
  });
});
