import { writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { DeviceUnavailable } from './deviceUnavailable.ts';
import type { Frame } from './frames.ts';
import { FrameReader, writeFrame } from './frames.ts';
import type { FailureCode, ModelRequest, ModelResponse } from './modelMessages.ts';
import { packTensors, unpackTensors } from './modelMessages.ts';
import type { RuntimeSession, SessionOptions } from './onnxRuntime.ts';
import { builtInDevices, loadSession } from './onnxRuntime.ts';
import { isAboutExternalData, reasonOf, saysOutOfMemory } from './runtimeMessages.ts';

// The entry of a process that runs one model: what is asked of it comes over a pipe, in order. It ends with the pipe.

const channel = new Socket({ fd: 3 });
let session: RuntimeSession | undefined;
let work = Promise.resolve();

function answer(response: ModelResponse, parts: readonly Uint8Array[] = []): void {
  writeFrame(channel, response, parts);
}

function fail(id: number | null, code: FailureCode, reason: string): void {
  answer({ kind: 'failed', id, code: saysOutOfMemory(reason) ? 'out-of-memory' : code, reason });
}

async function load(model: string | Uint8Array<ArrayBuffer>, options: SessionOptions): Promise<void> {
  try {
    session = await loadSession(model, options);
    answer({ kind: 'loaded', inputs: session.inputs, outputs: session.outputs });
  } catch (error) {
    const blame = await modelFailure(model, options, error);
    if (blame === null) {
      fail(null, 'device-unavailable', error instanceof DeviceUnavailable ? error.reason : reasonOf(error));
    } else {
      const reason = reasonOf(blame);
      fail(null, isAboutExternalData(reason) ? 'model-external-data' : 'model-unreadable', reason);
    }
  }
}

/** What is wrong with a model that could not be loaded; null when the device is to blame, since the CPU takes it. */
async function modelFailure(
  model: string | Uint8Array<ArrayBuffer>,
  options: SessionOptions,
  error: unknown,
): Promise<unknown> {
  if (options.device === 'cpu') return error;
  if (!(await builtInDevices()).includes(options.device) || saysOutOfMemory(reasonOf(error))) return null;
  try {
    await (await loadSession(model, { ...options, device: 'cpu' })).dispose();
    return null;
  } catch (cpuError) {
    return cpuError;
  }
}

async function run(
  { id, feeds, outputs }: Extract<ModelRequest, { kind: 'run' }>,
  parts: Frame<unknown>['parts'],
): Promise<void> {
  try {
    const { headers, parts: values } = packTensors(await session!.run(unpackTensors(feeds, parts), outputs));
    answer({ kind: 'done', id, outputs: headers }, values);
  } catch (error) {
    fail(id, 'model-run-failed', reasonOf(error));
  }
}

async function handle({ message, parts }: Frame<ModelRequest>): Promise<void> {
  if (message.kind === 'run') return run(message, parts);
  const { path, device, threads } = message;
  await load(path ?? parts[0]!, {
    device,
    // The next batch is being prepared meanwhile, and that needs the cores: on two, with ViT-B/32 and JPEG pictures,
    // threads that spin won nothing, and lost where other programs ran as well.
    spinning: false,
    ...(threads === null ? {} : { threads }),
  });
}

/** At once: destructors of drivers may hang. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

const reader = new FrameReader<ModelRequest>((frame) => {
  work = work.then(() => handle(frame));
});
channel.on('data', (piece) => {
  reader.push(piece);
});
// The parent has gone, however it went.
channel.on('close', end);
channel.on('error', end);
// Where memory runs out, Linux ends this process rather than its parent.
if (process.platform === 'linux') void writeFile('/proc/self/oom_score_adj', '1000').catch(() => undefined);
