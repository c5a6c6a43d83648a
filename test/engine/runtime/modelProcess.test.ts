import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundledFile } from '../../../server/engine/bundledFile.ts';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { encodeOnnxModel } from '../../../server/engine/graph/onnxModel.ts';
import { InputError } from '../../../server/engine/problems.ts';
import type { ModelProcess, ModelProcessOptions } from '../../../server/engine/runtime/modelProcess.ts';
import { startModel } from '../../../server/engine/runtime/modelProcess.ts';
import { OutOfMemory } from '../../../server/engine/runtime/outOfMemory.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const options: ModelProcessOptions = { device: 'cpu', threads: 1, name: 'squares.onnx' };

/** The double of a column, and its product with itself transposed. */
function squares(): Uint8Array<ArrayBuffer> {
  const builder = new GraphBuilder('squares');
  const x = builder.input('x', 'float32', ['rows', 1]);
  builder.output('double', builder.add(x, x));
  builder.output('squares', builder.matmul(x, builder.transpose(x)));
  return encodeOnnxModel(builder.build(), new Map());
}

function column(length: number): { x: { shape: number[]; data: Float32Array } } {
  return { x: { shape: [length, 1], data: Float32Array.from({ length }, (_, index) => index) } };
}

async function problemOf(promise: Promise<unknown>): Promise<InputError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

async function withModel(use: (model: ModelProcess) => Promise<void>): Promise<void> {
  const model = await startModel(squares(), options);
  try {
    await use(model);
  } finally {
    await model.dispose();
  }
}

/** A process that has ended and that nobody has asked about counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return (
      process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    );
  } catch {
    return false;
  }
}

async function untilEnded(pid: number): Promise<void> {
  while (isRunning(pid)) await delay(10);
}

describe('a model in a process of its own', () => {
  it('says what it takes and gives, and computes what is asked for', () =>
    withModel(async (model) => {
      expect(model.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['rows', 1] }]);
      expect(model.outputs).toEqual([
        { name: 'double', type: 'float32', shape: ['rows', 1] },
        { name: 'squares', type: 'float32', shape: ['rows', 'rows'] },
      ]);
      expect(await model.run(column(3), ['squares'])).toEqual({
        squares: { shape: [3, 3], data: Float32Array.of(0, 0, 0, 0, 1, 2, 0, 2, 4) },
      });
    }));

  it('answers several runs at once, each with its own result', () =>
    withModel(async (model) => {
      const lengths = [1, 700, 2, 300];
      const results = await Promise.all(lengths.map((length) => model.run(column(length), ['double'])));
      expect(results.map(({ double }) => [double!.data.length, Number(double!.data.at(-1))])).toEqual(
        lengths.map((length) => [length, 2 * (length - 1)]),
      );
    }));

  it('computes what it was asked for before it is disposed of, and nothing afterwards', async () => {
    const model = await startModel(squares(), options);
    const run = model.run(column(2), ['double']);
    await model.dispose();
    expect((await run)['double']!.data).toEqual(Float32Array.of(0, 2));
    expect(isRunning(model.pid)).toBe(false);
    await expect(model.run(column(2), ['double'])).rejects.toThrow(
      'The process that runs squares.onnx on cpu was ended',
    );
  });

  it('loads a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'model-process-'));
    try {
      const path = join(folder, 'model.onnx');
      await writeFile(path, squares());
      const model = await startModel(path, options);
      expect((await model.run(column(2), ['double']))['double']!.data).toEqual(Float32Array.of(0, 2));
      await model.dispose();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a model that cannot be loaded', () => {
  it('is named, with the reason', async () => {
    const path = join(tmpdir(), 'no such folder', 'model.onnx');
    const { code, message, place } = await problemOf(startModel(path, { ...options, name: path }));
    expect({ code, place }).toEqual({ code: 'model-unreadable', place: { file: path } });
    expect(message).toMatch(/^ONNX Runtime cannot load .*no such folder.*: .*File doesn't exist$/s);
  });

  it('is unreadable, or still runs, when bytes of it are something else', async () => {
    const model = squares();
    const damages = fc.array(fc.tuple(fc.nat(model.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(damages, fc.integer({ min: 1, max: model.length }), async (changes, length) => {
        const damaged = Uint8Array.from(model);
        for (const [at, byte] of changes) damaged[at] = byte;
        const outcome = await startModel(damaged.subarray(0, length), options).then(
          async (loaded) => {
            await loaded.dispose();
            return 'loaded';
          },
          (error: unknown) => (error as InputError).code,
        );
        expect(['loaded', 'model-unreadable', 'model-external-data']).toContain(outcome);
      }),
      { numRuns: 30 },
    );
  });

  it('is not to blame for a device that is not there', async () => {
    const device = process.platform === 'darwin' ? 'directml' : 'coreml';
    const { code, message } = await problemOf(startModel(squares(), { ...options, device }));
    expect(code).toBe('device-unavailable');
    expect(message).toMatch(
      new RegExp(`^The device ${device} cannot be used: the installed ONNX Runtime .* \\(built for cpu`),
    );
  });
});

describe('a run that fails', () => {
  it('says why, and the process goes on', () =>
    withModel(async (model) => {
      const wrong = { x: { shape: [1, 2], data: new Float32Array(2) } };
      const { code, message } = await problemOf(model.run(wrong, ['double']));
      expect(code).toBe('model-run-failed');
      expect(message).toMatch(/^ONNX Runtime cannot run squares\.onnx: .*Got: 2 Expected: 1/s);
      expect(Object.keys(await model.run(column(1), ['double']))).toEqual(['double']);
    }));

  it('for lack of memory is told apart', () =>
    withModel(async (model) => {
      // 4 · 10¹⁴ bytes, which no machine has.
      const error = await problemOf(model.run(column(10_000_000), ['squares']));
      expect(error).toBeInstanceOf(OutOfMemory);
      expect(error.message).toMatch(/^squares\.onnx needs more memory than there is on cpu: /);
      expect(Object.keys(await model.run(column(1), ['double']))).toEqual(['double']);
    }));
});

describe('a process that ends by itself', () => {
  it('fails what it was asked for and everything later', async () => {
    const model = await startModel(squares(), options);
    const run = model.run(column(3), ['squares']);
    process.kill(model.pid, 'SIGSEGV');
    // The answer may have been quicker than the signal.
    await run.catch(() => undefined);
    await untilEnded(model.pid);
    const { code, message } = await problemOf(model.run(column(3), ['squares']));
    expect(code).toBe('model-crashed');
    expect(message).toMatch(
      /^The process that runs squares\.onnx on cpu ended unexpectedly \(SIGSEGV\).*Try a smaller batch/s,
    );
    await model.dispose();
  });

  it('was killed for its memory when nobody else killed it', async () => {
    const model = await startModel(squares(), options);
    process.kill(model.pid, 'SIGKILL');
    await untilEnded(model.pid);
    const error = await problemOf(model.run(column(1), ['double']));
    expect(error).toBeInstanceOf(OutOfMemory);
    expect(error.message).toMatch(/\(SIGKILL\)\. Most likely the memory ran out$/);
  });

  it('while it loads, is told with its exit code and its last words', async () => {
    vi.stubEnv('NODE_OPTIONS', `--import "data:text/javascript,console.error('boom');process.exit(7)"`);
    const { code, message } = await problemOf(startModel(squares(), { ...options, device: 'webgpu' }));
    expect(code).toBe('model-crashed');
    expect(message).toMatch(/on webgpu ended unexpectedly \(exit code 7\): boom\. Try the device cpu$/);
  });
});

describe('a process that is not wanted any more', () => {
  it('is killed, and its runs fail', async () => {
    const model = await startModel(squares(), options);
    const run = expect(model.run(column(8000), ['squares'])).rejects.toThrow('was stopped');
    await model.kill();
    await run;
    expect(isRunning(model.pid)).toBe(false);
  });

  it('is killed by a signal while it loads and while it runs, with its reason', async () => {
    const reason = new Error('enough');
    const loading = new AbortController();
    const start = startModel(squares(), { ...options, signal: loading.signal });
    loading.abort(reason);
    await expect(start).rejects.toBe(reason);
    await expect(startModel(squares(), { ...options, signal: loading.signal })).rejects.toBe(reason);

    const running = new AbortController();
    const model = await startModel(squares(), { ...options, signal: running.signal });
    const run = expect(model.run(column(8000), ['squares'])).rejects.toBe(reason);
    running.abort(reason);
    await run;
    await model.dispose();
    expect(isRunning(model.pid)).toBe(false);
  });

  it('ends when its parent is killed', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'ignore', 'inherit', 'overlapped'] });
      child.stdio[3].on('data', () => console.log(child.pid));
      const frame = Buffer.from(JSON.stringify({ message: { kind: 'load', path: 'none', device: 'cpu', threads: 1 }, lengths: [] }));
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32LE(frame.length);
      child.stdio[3].write(Buffer.concat([prefix, frame]));`;
    const parent = spawn(process.execPath, ['-e', script, bundledFile('modelProcess.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Its number comes when it has answered.
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await untilEnded(pid);
  });
});
