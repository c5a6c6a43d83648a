import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startModel } from '../../../server/engine/runtime/modelProcess.ts';
import { loadSession } from '../../../server/engine/runtime/onnxRuntime.ts';
import { isAboutExternalData } from '../../../server/engine/runtime/runtimeMessages.ts';
import { integer, model, nested, node, vector } from './onnxBytes.ts';

// ONNX Runtime itself keeps a model from reading files outside of its folder. A model comes from anywhere, so that a
// version that forgets one of the places where a tensor may stand has to fail here.

const float = 1;
const [tensorAttribute, graphAttribute, sparseAttribute] = [4, 5, 11];

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'external-data-'));
  folder = join(root, 'model');
  await mkdir(join(folder, 'inner'), { recursive: true });
  const values = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  for (const path of ['secret.bin', 'model/weights.bin', 'model/inner/weights.bin']) {
    await writeFile(join(root, path), values);
  }
  // Windows lets only administrators make links.
  if (process.platform !== 'win32') {
    await symlink('../secret.bin', join(folder, 'link.bin'));
    await symlink('..', join(folder, 'up'));
  }
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

type Bytes = readonly number[];

function external(name: string, location: string, bytes = 16): Bytes {
  const entry = (key: string, value: string): Bytes => nested(13, nested(1, key), nested(2, value));
  return [
    ...integer(1, bytes / 4),
    ...integer(2, float),
    ...nested(8, name),
    ...entry('location', location),
    ...entry('length', String(bytes)),
    ...integer(14, 1),
  ];
}

function sparse(name: string, location: string): Bytes {
  const indices = new Uint8Array(BigInt64Array.of(0n, 1n, 2n, 3n).buffer);
  return [
    ...nested(1, external(name, location)),
    ...nested(2, integer(1, 4), integer(2, 7), nested(8, 'indices'), nested(9, [...indices])),
    ...integer(3, 4),
  ];
}

function constant(name: string, location: string): Bytes {
  return node(
    'Constant',
    [],
    [name],
    nested(5, nested(1, 'value'), integer(20, tensorAttribute), nested(5, external('w', location))),
  );
}

const input = nested(11, vector('x', float, 4));
const output = nested(12, vector('y', float, 4));
const sum = nested(1, node('Add', ['x', 'w'], ['y']));

/** y = x + w inside of both branches of a condition; `weight` says in each how w comes about. */
function branches(weight: (name: string) => Bytes): Uint8Array<ArrayBuffer> {
  const branch = (name: string): Bytes =>
    nested(
      5,
      nested(1, name),
      integer(20, graphAttribute),
      nested(
        6,
        weight(`w_${name}`),
        nested(1, node('Add', ['x', `w_${name}`], [`y_${name}`])),
        nested(2, name),
        nested(12, vector(`y_${name}`, float, 4)),
      ),
    );
  return model([
    nested(1, node('If', ['c'], ['y'], branch('then_branch'), branch('else_branch'))),
    input,
    nested(11, nested(1, 'c'), nested(2, nested(1, integer(1, 9), nested(2)))),
    output,
  ]);
}

/** By the place of the tensor in the model. */
const models: Readonly<Record<string, (location: string) => Uint8Array<ArrayBuffer>>> = {
  initializer: (location) => model([sum, nested(5, external('w', location)), input, output]),
  'initializer of a branch': (location) => branches((name) => nested(5, external(name, location))),
  constant: (location) => model([nested(1, constant('w', location)), sum, input, output]),
  'constant of a branch': (location) => branches((name) => nested(1, constant(name, location))),
  'constant of a function': (location) =>
    model(
      [nested(1, node('F', ['x'], ['y'], nested(7, 'own'))), input, output],
      nested(8, nested(1, 'own'), integer(2, 1)),
      nested(
        25,
        nested(1, 'F'),
        nested(4, 'x'),
        nested(5, 'y'),
        nested(7, constant('w', location)),
        nested(7, node('Add', ['x', 'w'], ['y'])),
        nested(9, nested(1, ''), integer(2, 20)),
        nested(10, 'own'),
      ),
    ),
  'attribute of another operator': (location) =>
    model([
      nested(1, node('Shape', ['x'], ['s'])),
      nested(
        1,
        node(
          'ConstantOfShape',
          ['s'],
          ['w'],
          nested(5, nested(1, 'value'), integer(20, tensorAttribute), nested(5, external('v', location, 4))),
        ),
      ),
      sum,
      input,
      output,
    ]),
  'sparse initializer': (location) => model([sum, nested(15, sparse('w', location)), input, output]),
  'sparse constant': (location) =>
    model([
      nested(
        1,
        node(
          'Constant',
          [],
          ['w'],
          nested(
            5,
            nested(1, 'sparse_value'),
            integer(20, sparseAttribute),
            nested(22, sparse('w', location)),
          ),
        ),
      ),
      sum,
      input,
      output,
    ]),
};

const refused = (): Record<string, string> => ({
  'a parent folder': '../secret.bin',
  nowhere: 'missing.bin',
  'a parent folder by a detour': 'inner/../../secret.bin',
  'an absolute path': join(root, 'secret.bin'),
  ...(process.platform === 'win32' ? {} : { 'a link': 'link.bin', 'a linked folder': 'up/secret.bin' }),
});

async function outcomeOf(model: Uint8Array<ArrayBuffer> | string): Promise<string> {
  try {
    await (await loadSession(model, { device: 'cpu', threads: 1 })).dispose();
    return 'loaded';
  } catch (error) {
    return isAboutExternalData((error as Error).message) ? 'refused' : (error as Error).message;
  }
}

async function outcomeOfFile(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const path = join(folder, 'model.onnx');
  await writeFile(path, bytes);
  return outcomeOf(path);
}

describe.each(Object.entries(models))('%s', (_, modelWith) => {
  it('is read from the folder of the model', async () => {
    expect(await outcomeOfFile(modelWith('weights.bin'))).toBe('loaded');
    expect(await outcomeOfFile(modelWith('inner/weights.bin'))).toBe('loaded');
  });

  it('is refused anywhere else', async () => {
    for (const [place, location] of Object.entries(refused())) {
      expect([place, await outcomeOfFile(modelWith(location))]).toEqual([place, 'refused']);
    }
  });

  it('is read from nowhere when the model has no folder', async () => {
    const workingFolder = process.cwd();
    process.chdir(folder);
    try {
      expect(await outcomeOf(modelWith('weights.bin'))).toBe('refused');
    } finally {
      process.chdir(workingFolder);
    }
  });
});

it('what a model keeps elsewhere is a problem of its own', async () => {
  const path = join(folder, 'model.onnx');
  await writeFile(path, models['initializer']!('../secret.bin'));
  await expect(startModel(path, { device: 'cpu', threads: 1, name: 'model.onnx' })).rejects.toMatchObject({
    code: 'model-external-data',
    message: expect.stringMatching(
      /^model\.onnx keeps tensors in a file that is not in its own folder: .*secret\.bin/s,
    ) as string,
    place: { file: path },
  });
});
