import { beforeEach, describe, expect, it } from 'vitest';
import type { Item, SampleDataset } from '../../../server/engine/datasets/dataset.ts';
import { embedSamples } from '../../../server/engine/encoders/embedSamples.ts';
import type { EmbeddingStore } from '../../../server/engine/encoders/embeddingCache.ts';
import type { Encoder } from '../../../server/engine/encoders/encoder.ts';
import { randomNetwork } from '../../../server/engine/encoders/randomNetwork.ts';
import { row } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { useRuns } from '../useRuns.ts';

/** A store in memory. */
class MemoryStore implements EmbeddingStore {
  readonly notes = [];
  readonly rows = new Map<string, Float32Array>();

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

function image(seed: number): Item {
  const random = new Random(seed);
  const rgb = Uint8Array.from({ length: 3 * 20 * 20 }, () => random.integer(0, 256));
  return {
    content: 'image',
    name: `noise ${seed}`,
    load: () => Promise.resolve({ kind: 'pixels', width: 20, height: 20, rgb }),
  };
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
    read(index) {
      const item = index % 7 === 6 ? index - 5 : index;
      const text = `caption ${item * item} of this`;
      return Promise.resolve({ id: String(index), items: [image(item), { content: 'text', text }] });
    },
    close: () => Promise.resolve(),
  };
}

/** The items given to each encoder, batch by batch. */
let embedded: { image: number[]; text: number[] };
beforeEach(() => {
  embedded = { image: [], text: [] };
});

async function embed(count: number, stores: readonly EmbeddingStore[] | null) {
  const encoders: Encoder[] = [];
  for (const content of ['image', 'text'] as const) {
    const encoder = await randomNetwork.load(randomNetwork.params.parse({}), {
      modality: content,
      content,
      baseFolder: '.',
      random: new Random(1),
      device: 'cpu',
    });
    encoders.push({
      ...encoder,
      embed(items) {
        embedded[content].push(items.length);
        return encoder.embed(items);
      },
    });
  }
  try {
    return await embedSamples(pairs(count), encoders, {
      strict: true,
      stores,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
  } finally {
    await Promise.all(encoders.map((encoder) => encoder.dispose()));
  }
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('items that were embedded before', () => {
  it('are not embedded again', async () => {
    const stores = [new MemoryStore(), new MemoryStore()];
    const first = await embed(70, stores);
    expect([sum(embedded.image), sum(embedded.text)]).toEqual([60, 60]);
    expect(first.items).toEqual([
      { distinct: 60, stored: 0 },
      { distinct: 60, stored: 0 },
    ]);
    embedded = { image: [], text: [] };
    const second = await embed(77, stores);
    expect([sum(embedded.image), sum(embedded.text)]).toEqual([6, 6]);
    expect(second.items[0]).toEqual({ distinct: 66, stored: 60 });
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
