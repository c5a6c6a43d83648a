import { join } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { decodeFloats } from '../datasets/floatTypes.ts';
import { toFloat16 } from '../numerics/float16.ts';
import type { Device } from './device.ts';
import { DeviceUnavailable } from './deviceUnavailable.ts';
import { absenceOf, reasonOf } from './runtimeMessages.ts';

type OnnxRuntime = typeof Ort;

/** Loads ONNX Runtime when it is first needed: programs that only describe computations must not load native code. */
function onnxRuntime(): Promise<OnnxRuntime> {
  // Since 1.29 it reports sessions and models to its makers, writes an identifier of the machine to disk and logs to the
  // temporary folder, unless this is set when the first session is created. (On Windows it emits events to the system's
  // own tracing instead, which the system's privacy settings govern.)
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  return import('onnxruntime-node');
}

/** Version of the installed ONNX Runtime, for reports. */
export async function onnxRuntimeVersion(): Promise<string> {
  const { env } = await onnxRuntime();
  return env.versions.node ?? 'unknown';
}

/**
 * A tensor in memory, row-major. Bytes are uint8 or bool, as the model has it. Models that take or give float16 or
 * float64 are fed and read in float32, and int32 may be given where a model takes int64.
 */
export interface TensorValue {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** An input or an output of a model. */
export interface TensorInfo {
  readonly name: string;
  /** ONNX Runtime's name of the element type, as `float32` and `int64`; `not a tensor` for sequences and the like. */
  readonly type: string;
  /** A length that is known only when the model runs is a name, or an empty text. */
  readonly shape: readonly (number | string)[];
}

export interface SessionOptions {
  readonly device: Device;
  /** Threads within one operation on the CPU; unless given, as many as there are cores. */
  readonly threads?: number;
  /** `fast` keeps freed memory for the next run; `small` gives it back at once. */
  readonly memory?: 'fast' | 'small';
  /**
   * Whether threads that wait for work keep their core busy, which starts small operations sooner. True unless given:
   * right where nothing else has to compute meanwhile.
   */
  readonly spinning?: boolean;
}

/** A model that is loaded on a device. */
export interface RuntimeSession {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Runs the model; the event loop waits meanwhile. Where `targets` are given, the outputs they name, and no others, are
   * returned; what comes with an array is written into it, everything else into a new one.
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    targets?: Readonly<Record<string, TensorValue>> | readonly string[],
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

/** A folder that cannot exist: it would lie below a file. */
const noFolder = join(process.execPath, 'none');

/** The devices that the installed ONNX Runtime was built for; whether the machine has them is another matter. */
export async function builtInDevices(): Promise<readonly Device[]> {
  const { listSupportedBackends } = await onnxRuntime();
  const builtIn = listSupportedBackends().map(({ name }) => name);
  return (Object.keys(executionProviders) as Device[]).filter((device) =>
    builtIn.includes(executionProviders[device]),
  );
}

/**
 * Loads an ONNX model, from its bytes or from a file. Tensors that lie outside of the model lie in its own folder: ONNX
 * Runtime refuses any other place. A model from bytes has none.
 *
 * @throws DeviceUnavailable when the device is not there; where the installed ONNX Runtime was not built for it, the
 * message names those that it was built for.
 */
export async function loadSession(
  model: Uint8Array<ArrayBuffer> | string,
  { device, threads, memory = 'fast', spinning = true }: SessionOptions,
): Promise<RuntimeSession> {
  const ort = await onnxRuntime();
  const built = await builtInDevices();
  if (!built.includes(device)) {
    const version = await onnxRuntimeVersion();
    throw new DeviceUnavailable(
      device,
      `the installed ONNX Runtime ${version} was not built for it (built for ${built.join(', ')})`,
    );
  }
  const session = await createSession(ort, model, {
    executionProviders: [executionProviders[device]],
    enableCpuMemArena: memory === 'fast',
    enableMemPattern: memory === 'fast',
    // Errors come as exceptions.
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    extra: {
      session: {
        intra_op: { allow_spinning: spinning ? '1' : '0' },
        // Otherwise the tensors of a model from bytes might lie in the working directory.
        ...(typeof model === 'string' ? {} : { model_external_initializers_file_folder_path: noFolder }),
      },
    },
  }).catch((error: unknown) => {
    throw device === 'cpu' ? error : new DeviceUnavailable(device, absenceOf(reasonOf(error)));
  });
  const inputs = session.inputMetadata.map(tensorInfo);
  const outputs = session.outputMetadata.map(tensorInfo);
  return {
    inputs,
    outputs,
    async run(feeds, targets) {
      const results = await runSession(ort, session, toTensors(ort, feeds, inputs), targets, outputs);
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, fromTensor(name, tensor)]),
      );
    },
    dispose: () => session.release(),
  };
}

function createSession(
  { InferenceSession: Session }: OnnxRuntime,
  model: Uint8Array<ArrayBuffer> | string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return typeof model === 'string' ? Session.create(model, options) : Session.create(model, options);
}

function runSession(
  ort: OnnxRuntime,
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  targets: Parameters<RuntimeSession['run']>[1],
  outputs: readonly TensorInfo[],
): Promise<InferenceSession.ReturnType> {
  if (targets === undefined) return session.run(feeds);
  return session.run(feeds, isNames(targets) ? targets : toTensors(ort, targets, outputs));
}

function isNames(targets: object): targets is readonly string[] {
  return Array.isArray(targets);
}

function tensorInfo(metadata: InferenceSession.ValueMetadata): TensorInfo {
  const { name } = metadata;
  return metadata.isTensor
    ? { name, type: metadata.type, shape: metadata.shape }
    : { name, type: 'not a tensor', shape: [] };
}

function toTensors(
  ort: OnnxRuntime,
  values: Readonly<Record<string, TensorValue>>,
  declared: readonly TensorInfo[],
): Record<string, Tensor> {
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, toTensor(ort, value, types.get(name))]),
  );
}

/** ONNX Runtime itself refuses a type that is not the declared one, and names both. */
function toTensor(
  { Tensor: OrtTensor }: OnnxRuntime,
  { shape, data }: TensorValue,
  declared: string | undefined,
): Tensor {
  if (data instanceof Float32Array) {
    if (declared === 'float16') return float16Tensor(OrtTensor, toFloat16(data), shape);
    if (declared === 'float64') return new OrtTensor('float64', Float64Array.from(data), shape);
    return new OrtTensor('float32', data, shape);
  }
  if (data instanceof Int32Array) {
    return declared === 'int64'
      ? new OrtTensor('int64', BigInt64Array.from(data, BigInt), shape)
      : new OrtTensor('int32', data, shape);
  }
  if (data instanceof BigInt64Array) return new OrtTensor('int64', data, shape);
  return new OrtTensor(declared === 'uint8' ? 'uint8' : 'bool', data, shape);
}

/**
 * Where JavaScript has arrays of 16-bit floats, as in Node 24, a tensor makes one of the bits that it is given, and the
 * native part of ONNX Runtime 1.30 takes such an array for an empty one: it is shown the bits themselves.
 */
function float16Tensor(
  OrtTensor: OnnxRuntime['Tensor'],
  bits: Uint16Array,
  shape: readonly number[],
): Tensor {
  return Object.defineProperty(new OrtTensor('float16', bits, shape), 'data', { value: bits });
}

const float16 = { name: 'float16', bytes: 2, bigEndian: false } as const;

function fromTensor(name: string, { type, data, dims }: Tensor): TensorValue {
  if (
    data instanceof Float32Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array ||
    data instanceof Uint8Array
  ) {
    return { shape: dims, data };
  }
  if (data instanceof Float64Array) return { shape: dims, data: Float32Array.from(data) };
  if (type === 'float16') {
    // An array of 16-bit integers, or of 16-bit floats where JavaScript has them.
    const { buffer, byteOffset, byteLength, length } = data as Uint16Array<ArrayBuffer>;
    const floats = new Float32Array(length);
    decodeFloats(float16, new Uint8Array(buffer, byteOffset, byteLength), floats);
    return { shape: dims, data: floats };
  }
  throw new TypeError(`The output ${name} is of ${type}, which is none of the types that are read`);
}
