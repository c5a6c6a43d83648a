import { readdirSync } from 'node:fs';
import { copyFile, open, readFile, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  type ModelProto,
} from '../../server/engine/graph/onnx_pb.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import { InputError } from '../../server/engine/problems.ts';
import { useWorker } from './useWorker.ts';

const { folder, handlers, write } = useWorker();

const models = resolve('test/oracle/onnxModels');
const committed = readdirSync(models, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.onnx'),
);
const readModel = async (name: string) => fromBinary(ModelProtoSchema, await readFile(join(models, name)));

/** Images are prepared at the size that the models take. */
const ask = (
  path: string,
  { content, ...given }: { output?: string; content?: string; processor?: string } = {},
  baseFolder = models,
) => {
  const entry = { kind: 'onnx', path, image: { height: 8, width: 8 }, ...given };
  return handlers()('describeOnnxModel', { entry, content: content ?? null, baseFolder });
};

const problemOf = async (asked: Promise<unknown>): Promise<string> => {
  const error: unknown = await asked.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InputError);
  const { code, message } = error as InputError;
  return `${code}: ${message}`;
};

/** The parameters of the model with its largest tensor in another file. */
async function writeExternal(change: (proto: ModelProto) => void): Promise<void> {
  const proto = await readModel('single/tensor.onnx');
  change(proto);
  await write('model.onnx', toBinary(ModelProtoSchema, proto));
}

const moveTo = (location: string) => (proto: ModelProto) => {
  const weights = proto.graph!.initializer.find(({ rawData }) => rawData.length > 16)!;
  weights.rawData = new Uint8Array();
  weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
  weights.externalData = [
    { $typeName: 'onnx.StringStringEntryProto', key: 'offset', value: '0' },
    { $typeName: 'onnx.StringStringEntryProto', key: 'location', value: location },
  ];
};

describe('an ONNX file', () => {
  it.each(committed)('%s: parameters and bytes are those of its initialisers', async (name) => {
    const { graph } = await readModel(name);
    const counts = graph!.initializer.map(({ dims }) => dims.reduce((all, each) => all * Number(each), 1));
    const bytes = graph!.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
    expect(await ask(name)).toMatchObject({
      architecture: 'torch_jit, opset 14, by pytorch',
      parameters: counts.reduce((sum, count) => sum + count, 0),
      size: bytes,
      logitScale: null,
      isPresent: true,
    });
  });

  it.each([
    ['single/tensor.onnx', {}, 4],
    ['single/video.onnx', { content: 'video' }, 4],
    ['dual/onnx/model.onnx', { content: 'image' }, 8],
    ['dual/onnx/model.onnx', {}, 8],
    ['sentence/onnx/model.onnx', { content: 'text', processor: 'sentence' }, 8],
    ['single/twoOutputs.onnx', { output: 'right' }, 4],
    // Nothing says which it is, and nothing has to be said against it yet.
    ['single/twoOutputs.onnx', {}, null],
  ] as const)('%s %o: the length of its embeddings', async (name, given, dimension) => {
    expect((await ask(name, given)).dimension).toBe(dimension);
  });

  it.each([
    ['an output that is not there', 'single/twoOutputs.onnx', { output: 'middle' }, /no output "middle"/],
    ['outputs that cannot be told apart', 'single/twoOutputs.onnx', { content: 'image' }, /name one as/],
    ['no output with fractions', 'single/integers.onnx', { content: 'tensor' }, /none of its outputs holds/],
  ])('%s: as a run would say', async (_, name, given, message) => {
    const said = await problemOf(ask(name, given));
    expect(said).toMatch(/^model-output: /);
    expect(said).toMatch(message);
  });

  it('counts tensors that lie in other files, which must be there', async () => {
    await writeExternal(moveTo('weights.bin'));
    expect(await problemOf(ask('model.onnx', {}, folder()))).toMatch(
      /^model-external-data: .*"weights\.bin", which is not there/,
    );
    await write('weights.bin', new Uint8Array(256));
    expect(await ask('model.onnx', {}, folder())).toMatchObject({ parameters: 64, size: 256, dimension: 4 });
  });

  it.each(['../weights.bin', 'inner/../../weights.bin', '/etc/hostname'])(
    'refuses tensors in %s',
    async (location) => {
      await writeExternal(moveTo(location));
      expect(await problemOf(ask('model.onnx', {}, folder()))).toMatch(
        /^model-external-data: .* is outside of its folder/,
      );
    },
  );
});

describe('a file that is no such model', () => {
  it.each<[string, Uint8Array | string]>([
    ['empty', new Uint8Array()],
    ['a text', 'These are no bytes of a model.\n'],
    ['zeros', new Uint8Array(5000)],
    // A graph that claims to be 2^56 bytes long.
    ['a length beyond its end', Uint8Array.from([0x3a, 255, 255, 255, 255, 255, 255, 255, 127])],
    ['a number that does not end', new Uint8Array(40).fill(255)],
  ])('%s', async (_, content) => {
    await write('model.onnx', content);
    expect(await problemOf(ask('model.onnx', {}, folder()))).toMatch(/^model-unreadable: /);
  });

  it('not there, or a folder', async () => {
    for (const name of ['missing.onnx', '.'])
      expect(await problemOf(ask(name, {}, folder()))).toMatch(/^file-unreadable: /);
  });

  it('a tensor of a shape that no memory holds', async () => {
    for (const dims of [[2n ** 40n, 2n ** 40n], [-1n]]) {
      await writeExternal((proto) => {
        proto.graph!.initializer[0]!.dims = dims;
      });
      expect(await problemOf(ask('model.onnx', {}, folder()))).toMatch(/^model-unreadable: .* shape \(/);
    }
  });

  it('cut off anywhere, or with a byte changed: a description or an error in the input', async () => {
    const bytes = await readFile(join(models, 'single/twoInputs.onnx'));
    const file = join(folder(), 'model.onnx');
    await copyFile(join(models, 'single/twoInputs.onnx'), file);
    for (let length = bytes.length - 1; length > 0; length -= 7) {
      await truncate(file, length);
      expect(await problemOf(ask('model.onnx', {}, folder()))).toMatch(/^model-unreadable: /);
    }
    const random = new Random(3);
    for (let turn = 0; turn < 300; turn++) {
      const damaged = Uint8Array.from(bytes);
      damaged[random.integer(0, damaged.length)] = random.integer(0, 256);
      await write('model.onnx', damaged);
      await ask('model.onnx', { content: 'tensor' }, folder()).catch((error: unknown) => {
        expect(error).toBeInstanceOf(InputError);
      });
    }
  });

  it('passes over weights of gigabytes', async () => {
    // A graph with one tensor of 2^29 float32, whose bytes are a hole in the file.
    const tensor = [0x08, ...varint(2 ** 29), 0x10, 1, 0x4a, ...varint(2 ** 31)];
    const graph = [0x2a, ...varint(tensor.length + 2 ** 31), ...tensor];
    const head = [0x12, 2, 0x6d, 0x65, 0x3a, ...varint(graph.length + 2 ** 31), ...graph];
    await write('model.onnx', Uint8Array.from(head));
    const handle = await open(join(folder(), 'model.onnx'), 'r+');
    await handle.truncate(head.length + 2 ** 31);
    await handle.close();
    const before = await bytesRead();
    expect(await ask('model.onnx', {}, folder())).toEqual({
      architecture: 'by me',
      parameters: 2 ** 29,
      size: 2 ** 31,
      dimension: null,
      logitScale: null,
      isPresent: true,
      notes: [],
    });
    expect((await bytesRead()) - before).toBeLessThan(2 ** 20);
  });
});

/** Bytes that this process has read so far, as Linux counts them; 0 on other systems. */
async function bytesRead(): Promise<number> {
  const counts = await readFile('/proc/self/io', 'utf8').catch(() => '');
  return Number(/^rchar: (\d+)/m.exec(counts)?.[1] ?? 0);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
