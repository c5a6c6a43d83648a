import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { encodeOnnxModel } from '../../../server/engine/graph/onnxModel.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { loadSession } from '../../../server/engine/runtime/onnxRuntime.ts';
import { identityModel } from './onnxBytes.ts';

function comparison(): Uint8Array<ArrayBuffer> {
  const builder = new GraphBuilder('comparison');
  const x = builder.input('x', 'float32', ['rows', 2]);
  builder.output('positive', builder.greater(x, 0));
  builder.output('double', builder.add(x, x));
  builder.output('place', builder.argmax(x, 1));
  return encodeOnnxModel(builder.build(), new Map());
}

const x = { shape: [2, 2], data: Float32Array.of(-1, 2, 3, -4) };

// The runtime looks for its folders when the first session of the process is created.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-runtime-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP', 'HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'])
    vi.stubEnv(name, folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('a session', () => {
  it('returns every output in an array of its element type', async () => {
    const session = await loadSession(comparison(), { device: 'cpu', threads: 1, memory: 'small' });
    expect(await session.run({ x })).toEqual({
      positive: { shape: [2, 2], data: Uint8Array.of(0, 1, 1, 0) },
      double: { shape: [2, 2], data: Float32Array.of(-2, 4, 6, -8) },
      place: { shape: [2], data: Int32Array.of(1, 0) },
    });
    await session.dispose();
  });

  it('writes outputs into arrays that it is given', async () => {
    const session = await loadSession(comparison(), { device: 'cpu', threads: 1 });
    const double = { shape: [2, 2], data: new Float32Array(4) };
    expect(Object.keys(await session.run({ x }, { double }))).toEqual(['double']);
    expect(double.data).toEqual(Float32Array.of(-2, 4, 6, -8));
    await session.dispose();
  });

  it('refuses an input of another shape', async () => {
    const session = await loadSession(comparison(), { device: 'cpu', threads: 1 });
    await expect(session.run({ x: { shape: [2, 3], data: new Float32Array(6) } })).rejects.toThrow();
    await session.dispose();
  });
});

describe('element types', () => {
  it.each([
    ['float16', 10, Float32Array.of(0.5, 1 / 3), Float32Array.of(0.5, 0.333251953125)],
    ['float64', 11, Float32Array.of(0.5, 1 / 3), Float32Array.of(0.5, 1 / 3)],
    ['int64', 7, Int32Array.of(-1, 2), BigInt64Array.of(-1n, 2n)],
    ['int64', 7, BigInt64Array.of(-(2n ** 60n), 2n), BigInt64Array.of(-(2n ** 60n), 2n)],
    ['uint8', 2, Uint8Array.of(0, 255), Uint8Array.of(0, 255)],
    ['bool', 9, Uint8Array.of(0, 1), Uint8Array.of(0, 1)],
  ])('%s goes in and comes out as an array that JavaScript has', async (type, number, data, expected) => {
    const session = await loadSession(identityModel(number), { device: 'cpu', threads: 1 });
    expect(session.inputs).toEqual([{ name: 'x', type, shape: [2] }]);
    expect(await session.run({ x: { shape: [2], data } }, ['y'])).toEqual({
      y: { shape: [2], data: expected },
    });
    await session.dispose();
  });

  it('others are refused', async () => {
    const session = await loadSession(identityModel(12), { device: 'cpu', threads: 1 });
    const x = { shape: [2], data: Int32Array.of(1, 2) };
    await expect(session.run({ x })).rejects.toThrow('expected: (tensor(uint32))');
    await session.dispose();
  });
});

describe('telemetry', () => {
  it('is off: nothing is written to the temporary and home folders', async () => {
    const session = await loadSession(comparison(), { device: 'cpu', threads: 1 });
    await session.run({ x });
    await session.dispose();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('devices', () => {
  it('one that this machine lacks is refused with what the runtime offers', async () => {
    const lacking = process.platform === 'darwin' ? 'directml' : 'coreml';
    const error: unknown = await loadSession(comparison(), { device: lacking }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('device-unavailable');
    expect((error as InputError).message).toMatch(
      new RegExp(`^The device ${lacking} cannot be used: the installed .* \\(built for cpu`),
    );
  });
});
