import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { InputError } from '../problems.ts';
import type { Device, DeviceChoice } from './device.ts';

// Since 1.29 ONNX Runtime reports sessions and models to its makers, writes an identifier of the machine to disk and
// logs to the temporary folder, unless this is set when the first session is created. (On Windows it emits events to
// the system's own tracing instead, which the system's privacy settings govern.)
process.env['ORT_DISABLE_TELEMETRY'] = '1';

/** Version of the installed ONNX Runtime, for reports. */
export const onnxRuntimeVersion = env.versions.node ?? 'unknown';

/** A tensor in memory, row-major: float32, int32 or bool (one byte each), as its array is. */
export interface TensorValue {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export interface SessionOptions {
  readonly device: Device;
  /** Threads within one operation on the CPU; unless given, as many as there are cores. */
  readonly threads?: number;
  /** `fast` keeps freed memory for the next run; `small` gives it back at once. */
  readonly memory?: 'fast' | 'small';
}

/** A model that is loaded on a device. */
export interface RuntimeSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Runs the model; the event loop waits meanwhile. Where `targets` is given, the outputs it names, and no others, are
   * computed and written into its arrays; otherwise every output is returned in a new array.
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    targets?: Readonly<Record<string, TensorValue>>,
  ): Promise<Readonly<Record<string, TensorValue>>>;
  dispose(): Promise<void>;
}

const executionProviders: Readonly<Record<Device, string>> = {
  cpu: 'cpu',
  cuda: 'cuda',
  webgpu: 'webgpu',
  directml: 'dml',
  coreml: 'coreml',
};

/** The device that a choice stands for: `auto` is the CPU, which every machine has and whose results repeat. */
export function resolveDevice(choice: DeviceChoice): Device {
  return choice === 'auto' ? 'cpu' : choice;
}

/**
 * Loads an ONNX model, from its bytes or from a file.
 *
 * @throws InputError `device-unavailable` when the device is not there; the message names those that the installed
 * ONNX Runtime was built for.
 */
export async function loadSession(
  model: Uint8Array<ArrayBuffer> | string,
  { device, threads, memory = 'fast' }: SessionOptions,
): Promise<RuntimeSession> {
  const session = await createSession(model, {
    executionProviders: [executionProviders[device]],
    enableCpuMemArena: memory === 'fast',
    enableMemPattern: memory === 'fast',
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  }).catch((error: unknown) => {
    throw device === 'cpu' ? error : deviceUnavailable(device, error);
  });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, targets) {
      const results = await (targets === undefined
        ? session.run(toTensors(feeds))
        : session.run(toTensors(feeds), toTensors(targets)));
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, fromTensor(name, tensor)]),
      );
    },
    dispose: () => session.release(),
  };
}

function createSession(
  model: Uint8Array<ArrayBuffer> | string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options);
}

function deviceUnavailable(device: Device, cause: unknown): InputError {
  const builtIn = listSupportedBackends().map(({ name }) => name);
  const offered = (Object.keys(executionProviders) as Device[]).filter((candidate) =>
    builtIn.includes(executionProviders[candidate]),
  );
  const reason = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');
  return new InputError(
    'device-unavailable',
    `The device ${device} cannot be used: ${reason}. ` +
      `The installed ONNX Runtime ${onnxRuntimeVersion} was built for ${offered.join(', ')}`,
  );
}

function toTensors(values: Readonly<Record<string, TensorValue>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(value)]));
}

function toTensor({ shape, data }: TensorValue): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof Int32Array) return new Tensor('int32', data, shape);
  return new Tensor('bool', data, shape);
}

function fromTensor(name: string, { data, dims }: Tensor): TensorValue {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) {
    return { shape: dims, data };
  }
  throw new TypeError(`The output ${name} is neither float32 nor int32 nor bool`);
}
