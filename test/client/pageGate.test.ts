import { describe, expect, it } from 'vitest';
import { PageGate } from '../../client/panels/pageGate.ts';

const never = () => new Promise<never>(() => undefined);

describe('PageGate', () => {
  it('asks once the page is there, and at once while it is', async () => {
    const gate = new PageGate();
    const asked: string[] = [];
    const ask = (name: string) =>
      gate.whileThere(() => {
        asked.push(name);
        return Promise.resolve(name);
      });
    const early = ask('early');
    await Promise.resolve();
    expect(asked).toEqual([]);
    gate.enter();
    expect(await early).toBe('early');
    expect(await ask('late')).toBe('late');
    gate.leave();
    const again = ask('again');
    await Promise.resolve();
    expect(asked).toEqual(['early', 'late']);
    gate.enter();
    expect(await again).toBe('again');
  });

  it('fails what a page does not answer that is gone', async () => {
    const gate = new PageGate();
    gate.enter();
    const asked = gate.whileThere(never);
    gate.leave();
    await expect(asked).rejects.toMatchObject({ code: 'panel-hidden' });
  });

  it('passes on why asking failed', async () => {
    const gate = new PageGate();
    gate.enter();
    await expect(gate.whileThere(() => Promise.reject(new Error('no chart')))).rejects.toThrow('no chart');
  });
});
