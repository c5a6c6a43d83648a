import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../../server/engine/problems.ts';
import type { DeviceTrial } from '../../../server/engine/runtime/chooseDevice.ts';
import { chooseDevice, tryDevices } from '../../../server/engine/runtime/chooseDevice.ts';
import type { Device } from '../../../server/engine/runtime/device.ts';
import { startProbe } from '../../../server/engine/runtime/deviceProbe.ts';
import { DeviceUnavailable } from '../../../server/engine/runtime/deviceUnavailable.ts';
import type { ModelProcess } from '../../../server/engine/runtime/modelProcess.ts';

type Run = ModelProcess['run'];

/**
 * What the clock says, in milliseconds: it goes by the runs alone, so that other work on the machine makes none of them
 * slower.
 */
let now = 0;

/** A run that takes so long for each item. */
const taking =
  (milliseconds: number) =>
  (run: Run): Run =>
  async (feeds, names) => {
    const results = await run(feeds, names);
    now += milliseconds * feeds['pixels']!.shape[0]!;
    return results;
  };
const likeTheCpu = taking(1);

/**
 * A machine whose accelerators are the CPU behind a run of their own: what goes wrong with a device cannot be had on
 * demand.
 */
function machine(
  accelerators: Partial<Record<Device, (run: Run) => Run>>,
  milliseconds = 250_000,
): DeviceTrial {
  return {
    platform: 'win32',
    milliseconds,
    async start(device, signal) {
      const around = device === 'cpu' ? likeTheCpu : accelerators[device];
      if (around === undefined) throw new DeviceUnavailable(device, 'it is not there');
      const model = await startProbe('cpu', signal);
      return { ...model, run: around((...args) => model.run(...args)) };
    },
  };
}

/** Adds to every entry of the result. */
const offBy =
  (error: number) =>
  (run: Run): Run =>
  async (feeds, names) => {
    const results = await run(feeds, names);
    return Object.fromEntries(
      Object.entries(results).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data as Float32Array, (value) => value + error) },
      ]),
    );
  };

const fast = taking(0.5);
const slow = taking(2);

/** Never answers, until its process is ended. */
const silent =
  (run: Run): Run =>
  async (feeds, names) => {
    for (;;) await run(feeds, names);
  };

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('auto', () => {
  it('takes the first device that computes what the CPU computes, and faster', async () => {
    const { device, reasons } = await tryDevices('auto', machine({ directml: fast, webgpu: fast }));
    expect(device).toBe('directml');
    expect(reasons).toEqual([
      { device: 'cuda', reason: 'it is not there' },
      {
        device: 'directml',
        reason: expect.stringMatching(/^computes what the CPU computes, in \S+ s against \S+ s$/) as string,
      },
    ]);
  });

  it('refuses devices that are wrong, not finite, or slow, and falls back to the CPU', async () => {
    const { device, reasons } = await tryDevices(
      'auto',
      machine({ cuda: offBy(0.25), directml: offBy(NaN), webgpu: slow }),
    );
    expect(device).toBe('cpu');
    expect(reasons).toEqual([
      {
        device: 'cuda',
        reason: 'its results differ from those of the CPU by up to 0.25, expected 0.001 at most',
      },
      { device: 'directml', reason: 'its results are not all finite' },
      {
        device: 'webgpu',
        reason: expect.stringMatching(/^slower than the CPU: \S+ s against \S+ s$/) as string,
      },
    ]);
  });

  it('does not wait for a device that emulates one to finish a batch', async () => {
    const batches: number[] = [];
    const emulated = (run: Run): Run => {
      const slowly = taking(51)(run);
      return (feeds, names) => {
        batches.push(feeds['pixels']!.shape[0]!);
        return slowly(feeds, names);
      };
    };
    const { reasons } = await tryDevices('auto', machine({ cuda: emulated }));
    expect(reasons[0]!.reason).toMatch(/^slower than the CPU/);
    expect(Math.max(...batches)).toBe(1);
  });

  it('goes on to the next device when one crashes or does not answer', async () => {
    const crash: (run: Run) => Run = () => () =>
      Promise.reject(new InputError('model-crashed', 'The process ended unexpectedly (SIGSEGV)'));
    expect(await tryDevices('auto', machine({ cuda: crash }))).toMatchObject({
      device: 'cpu',
      reasons: [{ device: 'cuda', reason: 'The process ended unexpectedly (SIGSEGV)' }, {}, {}],
    });
    const late = machine({ cuda: silent }, 1000);
    expect(await tryDevices('auto', late)).toMatchObject({
      device: 'cpu',
      reasons: [{ device: 'cuda', reason: 'no answer within 1 s' }, {}, {}],
    });
  });

  it('stops when it is told to', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const chosen = tryDevices('auto', machine({ cuda: silent }), controller.signal);
    controller.abort(reason);
    await expect(chosen).rejects.toBe(reason);
  });
});

describe('a device that is named', () => {
  it('is taken however slow it is', async () => {
    expect(await tryDevices('webgpu', machine({ webgpu: slow }))).toEqual({
      device: 'webgpu',
      reasons: [],
    });
  });

  it('is refused when it computes something else', async () => {
    await expect(tryDevices('cuda', machine({ cuda: offBy(-0.01) }))).rejects.toMatchObject({
      code: 'device-wrong-results',
      message:
        'The device cuda computes wrongly: its results differ from those of the CPU by up to 0.01, expected 0.001 at most',
    });
  });

  it('is refused when it is not there', async () => {
    const lacking = process.platform === 'darwin' ? 'directml' : 'coreml';
    await expect(chooseDevice(lacking)).rejects.toMatchObject({ code: 'device-unavailable' });
  });

  it('is not tried when it is the CPU', async () => {
    expect(await chooseDevice('cpu')).toEqual({ device: 'cpu', reasons: [] });
  });
});

it('is found out once', () => {
  expect(chooseDevice('cpu')).toBe(chooseDevice('cpu'));
});
