import type { Device } from './device.ts';
import type { TensorInfo, TensorValue } from './onnxRuntime.ts';

/** What the process of a model is asked for. Tensors travel as the parts of the frame. */
export type ModelRequest =
  | {
      readonly kind: 'load';
      /** A file; unless given, the model is the part of the frame. */
      readonly path: string | null;
      readonly device: Device;
      readonly threads: number | null;
    }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly feeds: readonly TensorHeader[];
      readonly outputs: readonly string[];
    };

/** What it answers. */
export type ModelResponse =
  | {
      readonly kind: 'loaded';
      readonly inputs: readonly TensorInfo[];
      readonly outputs: readonly TensorInfo[];
    }
  | { readonly kind: 'done'; readonly id: number; readonly outputs: readonly TensorHeader[] }
  /** `id` is null when the model could not be loaded. */
  | {
      readonly kind: 'failed';
      readonly id: number | null;
      readonly code: FailureCode;
      readonly reason: string;
    };

export type FailureCode =
  'device-unavailable' | 'model-external-data' | 'model-run-failed' | 'model-unreadable' | 'out-of-memory';

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bytes: Uint8Array,
} as const;

/** A tensor without its values. */
interface TensorHeader {
  readonly name: string;
  readonly array: keyof typeof arrays;
  readonly shape: readonly number[];
}

/** Splits tensors into their headers and the bytes of their values, which are not copied. */
export function packTensors(tensors: Readonly<Record<string, TensorValue>>): {
  headers: TensorHeader[];
  parts: Uint8Array[];
} {
  const entries = Object.entries(tensors);
  return {
    headers: entries.map(([name, { shape, data }]) => ({ name, array: arrayName(data), shape })),
    parts: entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** Puts tensors together again, on the memory of the parts. */
export function unpackTensors(
  headers: readonly TensorHeader[],
  parts: readonly Uint8Array<ArrayBuffer>[],
): Record<string, TensorValue> {
  return Object.fromEntries(
    headers.map(({ name, array, shape }, index) => [
      name,
      { shape, data: new arrays[array](parts[index]!.buffer) },
    ]),
  );
}

function arrayName(data: TensorValue['data']): TensorHeader['array'] {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof BigInt64Array ? 'int64' : 'bytes';
}
