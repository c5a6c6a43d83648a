import { InputError } from '../problems.ts';
import type { Device, DeviceChoice } from './device.ts';
import { probeFeeds, probeOutputs, startProbe } from './deviceProbe.ts';
import { DeviceUnavailable } from './deviceUnavailable.ts';
import type { ModelProcess } from './modelProcess.ts';
import type { TensorValue } from './onnxRuntime.ts';

/** Why a device was taken or not, as the rest of a sentence that begins with the device. */
export interface DeviceReason {
  readonly device: Device;
  readonly reason: string;
}

export interface ChosenDevice {
  readonly device: Device;
  /** What `auto` found out about each device that it tried, in the order of trying. */
  readonly reasons: readonly DeviceReason[];
}

/** How devices are tried. */
export interface DeviceTrial {
  readonly start: (device: Device, signal: AbortSignal) => Promise<ModelProcess>;
  readonly platform: NodeJS.Platform;
  /** What one device may take in all. The first run includes loading drivers and compiling shaders. */
  readonly milliseconds: number;
}

/**
 * How far an entry of the probe's outputs, which are of the order of 1, may lie from that of the CPU. Sums of float32 in
 * another order differ by 1e-5.
 */
const tolerance = 1e-3;

/** A device that needs so many times as long for one item emulates one: a batch would take minutes to show it. */
const hopeless = 50;

const smallBatch = 1;
const timedBatch = 32;

const choices = new Map<DeviceChoice, Promise<ChosenDevice>>();

/**
 * The device that a choice stands for, found out once in the life of this process. For `auto` it is the first
 * accelerator that computes what the CPU computes, and not more slowly, or else the CPU. A device that is named is held
 * to what it computes, not to its speed. Each is tried in a process of its own, so that its driver may crash or hang.
 *
 * @throws DeviceUnavailable when a device that is named is not there, crashes or does not answer.
 * @throws InputError `device-wrong-results` when a device that is named does not compute what the CPU computes.
 */
export function chooseDevice(choice: DeviceChoice, signal?: AbortSignal): Promise<ChosenDevice> {
  const known = choices.get(choice);
  if (known !== undefined) return known;
  const trial = { start: startProbe, platform: process.platform, milliseconds: 30_000 };
  const chosen = tryDevices(choice, trial, signal);
  choices.set(choice, chosen);
  chosen.catch(() => choices.delete(choice));
  return chosen;
}

/** `chooseDevice` with a given way of trying, found out anew. */
export async function tryDevices(
  choice: DeviceChoice,
  trial: DeviceTrial,
  signal?: AbortSignal,
): Promise<ChosenDevice> {
  if (choice === 'cpu') return { device: 'cpu', reasons: [] };
  const cpu = new CpuReference(trial);
  try {
    if (choice !== 'auto') {
      const difference = await onDevice(choice, trial, signal, (model) => compareResults(model, cpu));
      if (difference === null) return { device: choice, reasons: [] };
      throw new InputError('device-wrong-results', `The device ${choice} computes wrongly: ${difference}`);
    }
    const reasons: DeviceReason[] = [];
    for (const device of accelerators(trial.platform)) {
      const { isUsable, reason } = await judge(device, trial, signal, cpu);
      reasons.push({ device, reason });
      if (isUsable) return { device, reasons };
    }
    return { device: 'cpu', reasons };
  } finally {
    await cpu.dispose();
  }
}

/** The devices that `auto` tries, the best one first. */
function accelerators(platform: NodeJS.Platform): readonly Device[] {
  if (platform === 'darwin') return ['coreml', 'webgpu'];
  return platform === 'win32' ? ['cuda', 'directml', 'webgpu'] : ['cuda', 'webgpu'];
}

interface Verdict {
  readonly isUsable: boolean;
  readonly reason: string;
}

async function judge(
  device: Device,
  trial: DeviceTrial,
  signal: AbortSignal | undefined,
  cpu: CpuReference,
): Promise<Verdict> {
  try {
    return await onDevice(device, trial, signal, async (model) => {
      const difference = await compareResults(model, cpu);
      return difference === null ? compareSpeed(model, cpu) : { isUsable: false, reason: difference };
    });
  } catch (error) {
    if (error instanceof DeviceUnavailable) return { isUsable: false, reason: error.reason };
    throw error;
  }
}

/** Does something with the probe on a device. Whatever goes wrong there means that the device cannot be used. */
async function onDevice<Result>(
  device: Device,
  { start, milliseconds }: DeviceTrial,
  signal: AbortSignal | undefined,
  use: (model: ModelProcess) => Promise<Result>,
): Promise<Result> {
  const timeout = AbortSignal.timeout(milliseconds);
  let model: ModelProcess | undefined;
  try {
    model = await start(device, signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    return await use(model);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) throw new DeviceUnavailable(device, `no answer within ${milliseconds / 1000} s`);
    if (error instanceof InputError && !(error instanceof DeviceUnavailable)) {
      throw new DeviceUnavailable(device, error.message);
    }
    throw error;
  } finally {
    await model?.kill();
  }
}

/** How a device's results differ from the CPU's; null where they do not. */
async function compareResults(model: ModelProcess, cpu: CpuReference): Promise<string | null> {
  const expected = await cpu.results(smallBatch);
  const found = await model.run(probeFeeds(smallBatch), probeOutputs);
  const difference = Math.max(
    ...probeOutputs.map((name) => largestDifference(found[name]!.data, expected[name]!.data)),
  );
  if (difference <= tolerance) return null;
  return difference === Infinity
    ? 'its results are not all finite'
    : `its results differ from those of the CPU by up to ${rounded(difference)}, expected ${tolerance} at most`;
}

/** Infinity where a value is not finite. */
function largestDifference(found: TensorValue['data'], expected: TensorValue['data']): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(Number(found[i]) - Number(expected[i]));
    if (!Number.isFinite(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}

async function compareSpeed(model: ModelProcess, cpu: CpuReference): Promise<Verdict> {
  const [one, oneOnCpu] = [await secondsOf(model, smallBatch), await cpu.seconds(smallBatch)];
  if (one > hopeless * oneOnCpu) return slower(one, oneOnCpu);
  const [batch, batchOnCpu] = [await secondsOf(model, timedBatch), await cpu.seconds(timedBatch)];
  if (batch > batchOnCpu) return slower(batch, batchOnCpu);
  return {
    isUsable: true,
    reason: `computes what the CPU computes, in ${rounded(batch)} s against ${rounded(batchOnCpu)} s`,
  };
}

function slower(seconds: number, cpuSeconds: number): Verdict {
  return {
    isUsable: false,
    reason: `slower than the CPU: ${rounded(seconds)} s against ${rounded(cpuSeconds)} s`,
  };
}

/** Two digits that count. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

/** The shorter one of two runs, after one that may have something to prepare. */
async function secondsOf(model: ModelProcess, batch: number): Promise<number> {
  const feeds = probeFeeds(batch);
  const seconds: number[] = [];
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    await model.run(feeds, probeOutputs);
    if (run > 0) seconds.push((performance.now() - start) / 1000);
  }
  return Math.min(...seconds);
}

/** What the CPU computes, and how fast, found out when it is first asked for. */
class CpuReference {
  readonly #trial: DeviceTrial;
  #model: Promise<ModelProcess> | undefined;
  readonly #seconds = new Map<number, number>();

  constructor(trial: DeviceTrial) {
    this.#trial = trial;
  }

  async results(batch: number): Promise<Readonly<Record<string, TensorValue>>> {
    return (await this.#start()).run(probeFeeds(batch), probeOutputs);
  }

  async seconds(batch: number): Promise<number> {
    const seconds = this.#seconds.get(batch) ?? (await secondsOf(await this.#start(), batch));
    this.#seconds.set(batch, seconds);
    return seconds;
  }

  #start(): Promise<ModelProcess> {
    this.#model ??= this.#trial.start('cpu', new AbortController().signal);
    return this.#model;
  }

  async dispose(): Promise<void> {
    await (await this.#model)?.dispose();
  }
}
