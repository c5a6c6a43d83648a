import { describe, expect, it } from 'vitest';
import type { NearestRows } from '../../../server/engine/numerics/nearestRows.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import type { ProgressUpdate } from '../../../server/protocol/progress.ts';
import { umapLayout } from '../../../server/engine/numerics/umap.ts';

/** Rows of two groups; each has every other one of its group as a neighbour, at a drawn cosine, and no other. */
function twoGroups(size: number, cosine: (random: Random) => number): NearestRows {
  const random = new Random(9);
  const count = size - 1;
  const neighbours = Array.from({ length: 2 * size }, (_, row) => {
    const first = row < size ? 0 : size;
    const others = Array.from({ length: size }, (__, other) => first + other).filter(
      (other) => other !== row,
    );
    return others.map((index) => ({ index, cosine: cosine(random) })).sort((a, b) => b.cosine - a.cosine);
  }).flat();
  return {
    count,
    indices: Int32Array.from(neighbours, ({ index }) => index),
    cosines: Float32Array.from(neighbours, (neighbour) => neighbour.cosine),
  };
}

function countedDraws(onDraw: (draws: number) => void) {
  const random = new Random(1);
  const uniform = random.uniform.bind(random);
  let draws = 0;
  random.uniform = () => {
    draws += 1;
    onDraw(draws);
    return uniform();
  };
  return { random, draws: () => draws };
}

const { signal } = new AbortController();
const silent = () => undefined;
const drawn = (random: Random) => 0.9 + 0.1 * random.uniform();

describe('umapLayout', () => {
  it('gives the same layout for the same draws, and another one for others', async () => {
    const nearest = twoGroups(8, drawn);
    const layout = await umapLayout(nearest, new Random(1), silent, signal);
    expect(layout).toHaveLength(2 * 16);
    expect(layout.every(Number.isFinite)).toBe(true);
    expect(await umapLayout(nearest, new Random(1), silent, signal)).toEqual(layout);
    expect(await umapLayout(nearest, new Random(2), silent, signal)).not.toEqual(layout);
  });

  it('counts its epochs', async () => {
    const updates: ProgressUpdate[] = [];
    await umapLayout(twoGroups(8, drawn), new Random(1), (update) => updates.push(update), signal);
    const { total } = updates[0]!;
    expect(total).toBeGreaterThan(100);
    expect(updates.map(({ done }) => done)).toEqual(Array.from({ length: total! }, (_, epoch) => epoch + 1));
  });

  it('lays out rows that are all the same', async () => {
    const layout = await umapLayout(
      twoGroups(3, () => 1.0000001),
      new Random(1),
      silent,
      signal,
    );
    expect(layout.every(Number.isFinite)).toBe(true);
  });

  it('stops between two epochs', async () => {
    const controller = new AbortController();
    const nearest = twoGroups(8, drawn);
    const all = countedDraws(() => undefined);
    await umapLayout(nearest, all.random, silent, signal);
    const some = countedDraws((draws) => {
      // So many are drawn for the first places; the next one is of an epoch.
      if (draws === 2 * 16 + 1) controller.abort();
    });
    await expect(umapLayout(nearest, some.random, silent, controller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(some.draws()).toBeLessThan(all.draws() / 10);
  });
});
