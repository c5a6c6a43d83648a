import { describe, expect, it } from 'vitest';
import type { Encoder, PreparedItem } from '../../../server/engine/encoders/encoder.ts';
import { ResilientModel } from '../../../server/engine/encoders/resilientModel.ts';
import { matrix } from '../../../server/engine/numerics/matrix.ts';
import { OutOfMemory } from '../../../server/engine/runtime/outOfMemory.ts';

function item(value: number): PreparedItem {
  return { inputs: { tensor: { shape: [1], data: Float32Array.of(value) } }, isTruncated: false };
}

/** An encoder whose model ends, as one in a process of its own, when it is given more items than there is memory for. */
function encoder(memory: number): Encoder & { readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    fingerprint: '',
    summary: '',
    logitScale: null,
    batchSize: null,
    preparesCheaply: false,
    prepare: () => Promise.reject(new Error('Not called')),
    open() {
      log.push('open');
      let hasCrashed = false;
      return Promise.resolve({
        embed(items) {
          log.push(String(items.length));
          hasCrashed ||= items.length > memory;
          if (hasCrashed) return Promise.reject(new OutOfMemory('no memory'));
          const values = items.map(({ inputs }) => inputs['tensor']!.data[0] as number);
          return Promise.resolve(matrix(items.length, 1, Float32Array.from(values)));
        },
        dispose() {
          log.push('dispose');
          return Promise.resolve();
        },
      });
    },
  };
}

const items = Array.from({ length: 11 }, (_, i) => item(i));

describe('a model that runs out of memory', () => {
  it('is started again and embeds the same items in halves, in order', async () => {
    const small = encoder(3);
    const model = new ResilientModel(small);
    const { data } = await model.embed(items);
    expect([...data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(model.batchSize).toBeLessThanOrEqual(3);
    await model.dispose();
    const count = (what: string) => small.log.filter((entry) => entry === what).length;
    expect(count('open')).toBe(count('dispose'));
  });

  it('fails when one item is too much', async () => {
    const model = new ResilientModel(encoder(0));
    await expect(model.embed(items)).rejects.toBeInstanceOf(OutOfMemory);
    await model.dispose();
  });
});

describe('a model that was disposed of', () => {
  it('does not start again', async () => {
    const fine = encoder(100);
    const model = new ResilientModel(fine);
    await model.embed(items);
    await model.dispose();
    await expect(model.embed(items)).rejects.toThrow('disposed');
    expect(fine.log).toEqual(['open', '11', 'dispose']);
  });

  it('was never started when nothing was embedded', async () => {
    const unused = encoder(100);
    await new ResilientModel(unused).dispose();
    expect(unused.log).toEqual([]);
  });
});
