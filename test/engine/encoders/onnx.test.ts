import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ModelProtoSchema, TensorProto_DataLocation } from '../../../server/engine/graph/onnx_pb.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { textItem } from './encoderFixture.ts';
import {
  asParts,
  embedAll,
  embedPrepared,
  expectClose,
  expectSameRowsInBatches,
  imageParams,
  images,
  loadOnnx,
  modelFile,
  oracle,
  prepareAll,
  problemOf,
  signals,
  tensorItem,
} from './onnxFixture.ts';

const folder = useTemporaryFolder();

function single(name: string, given: object = {}) {
  return loadOnnx(modelFile('single', `${name}.onnx`), 'tensor', given);
}

describe('embeddings are those of PyTorch', () => {
  it.each(['tensor', 'batchOfOne', 'batchOfFour'])('%s: tensors', async (name) => {
    const encoder = await single(name);
    for (const count of [1, 2, 4, 9]) {
      const { data } = await embedAll(encoder, signals.slice(0, count));
      const wanted = Buffer.from(oracle.single.signal, 'base64').subarray(0, 16 * count);
      expectClose(data, wanted.toString('base64'));
    }
  });

  it('in half precision, which the model has at both ends', async () => {
    expectClose((await embedAll(await single('half'), signals)).data, oracle.single.half, 2e-3);
  });

  it('of the output that is asked for, or the only one with fractions', async () => {
    const right = (await embedAll(await single('twoOutputs', { output: 'right' }), signals)).data;
    expectClose(
      right.map((value) => value / 2),
      oracle.single.signal,
    );
    expectClose((await embedAll(await single('labelled'), signals)).data, oracle.single.signal);
  });

  it('of images, prepared as the parameter says', async () => {
    const encoder = await loadOnnx(modelFile('single', 'imageOfOne.onnx'), 'image', { image: imageParams });
    expectClose((await embedAll(encoder, images)).data, oracle.single.image);
  });

  it('of the frames of a video, averaged, also when the model takes one at a time', async () => {
    const encoder = await loadOnnx(modelFile('single', 'imageOfOne.onnx'), 'image', { image: imageParams });
    const video = asParts(await prepareAll(encoder, images));
    expectClose((await embedPrepared(encoder, [video])).data, oracle.single.frames);
  });

  it('of a video as a whole, by a model that takes its frames together', async () => {
    const given = { image: imageParams };
    const ofImages = await loadOnnx(modelFile('single', 'imageOfOne.onnx'), 'image', given);
    const video = asParts(await prepareAll(ofImages, images));
    const encoder = await loadOnnx(modelFile('single', 'video.onnx'), 'video', given);
    const { data } = await embedPrepared(encoder, [video, video]);
    expectClose(data.subarray(0, 4), oracle.single.video);
    expectClose(data.subarray(4), oracle.single.video);
  });

  it.each([
    ['image', images, oracle.dual.image],
    ['text', oracle.texts.map(textItem), oracle.dual.text],
  ] as const)('of a model of two modalities: %s', async (content, items, wanted) => {
    const encoder = await loadOnnx(modelFile('dual', 'onnx', 'model.onnx'), content, {
      image: imageParams,
      processor: modelFile('dual'),
    });
    expect(encoder.logitScale! / oracle.dual.logitScale).toBeCloseTo(1, 4);
    expectClose((await embedAll(encoder, items)).data, wanted);
  });
});

describe('a row does not depend on its batch', () => {
  it.each(['tensor', 'batchOfOne', 'batchOfFour', 'half'])('%s', async (name) => {
    await expectSameRowsInBatches(await single(name), signals);
  });
});

describe('tensors in another file', () => {
  /** The model with its weights at a location, and the weights. */
  async function external(location: string): Promise<string> {
    const proto = fromBinary(ModelProtoSchema, await readFile(modelFile('single', 'tensor.onnx')));
    const weights = proto.graph!.initializer.find(({ rawData }) => rawData.length > 16)!;
    const bytes = weights.rawData;
    weights.rawData = new Uint8Array();
    weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
    weights.externalData = [
      { $typeName: 'onnx.StringStringEntryProto', key: 'location', value: location },
      { $typeName: 'onnx.StringStringEntryProto', key: 'length', value: String(bytes.length) },
    ];
    const path = join(folder(), 'model', 'model.onnx');
    const data = join(folder(), 'model', location);
    await mkdir(dirname(path), { recursive: true });
    await mkdir(dirname(data), { recursive: true });
    await writeFile(path, toBinary(ModelProtoSchema, proto));
    await writeFile(data, bytes);
    return path;
  }

  it.each(['model.onnx_data', 'inner/weights.bin'])('%s, in its own folder', async (location) => {
    const encoder = await loadOnnx(await external(location), 'tensor');
    expectClose((await embedAll(encoder, signals)).data, oracle.single.signal);
  });

  // Windows lets only administrators make links.
  it.runIf(process.platform !== 'win32')('may be links as the hub’s cache has them', async () => {
    const path = await external('model.onnx_data');
    await mkdir(join(folder(), 'blobs'));
    for (const [file, blob] of [
      [path, 'a1'],
      [`${path}_data`, 'b2'],
    ] as const) {
      await rename(file, join(folder(), 'blobs', blob));
      await symlink(join('..', 'blobs', blob), file);
    }
    expectClose((await embedAll(await loadOnnx(path, 'tensor'), signals)).data, oracle.single.signal);
  });

  it('are part of the fingerprint', async () => {
    const path = await external('weights.bin');
    const before = (await loadOnnx(path, 'tensor')).fingerprint;
    const data = join(dirname(path), 'weights.bin');
    const bytes = await readFile(data);
    bytes[0]! ^= 1;
    await writeFile(data, bytes);
    expect((await loadOnnx(path, 'tensor')).fingerprint).not.toBe(before);
  });

  it('must not lie outside of it', async () => {
    const path = await external('../weights.bin');
    const { code, message } = await problemOf(loadOnnx(path, 'tensor'));
    expect(code).toBe('model-external-data');
    expect(message).toContain('a file that is not in its own folder');
  });

  it('must be there', async () => {
    const path = await external('weights.bin');
    await rm(join(dirname(path), 'weights.bin'));
    const { code, message } = await problemOf(loadOnnx(path, 'tensor'));
    expect(code).toBe('model-missing');
    expect(message).toContain('weights.bin cannot be read');
  });
});

describe('the fingerprint', () => {
  it('is that of the model, the output, the pooling and the preparation', async () => {
    const path = modelFile('single', 'imageOfOne.onnx');
    const image = async (given: object): Promise<string> =>
      (await loadOnnx(path, 'image', { image: { ...imageParams, ...given } })).fingerprint;
    const fingerprints = [
      await image({}),
      await image({ mean: [0, 0, 0] }),
      (await single('twoOutputs', { output: 'left' })).fingerprint,
      (await single('twoOutputs', { output: 'right' })).fingerprint,
      (await single('twoOutputs', { output: 'right', pooling: 'last' })).fingerprint,
      (await single('twoOutputs', { output: 'right', batchSize: 1 })).fingerprint,
      (await single('tensor')).fingerprint,
    ];
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
    expect((await single('tensor', { batchSize: 7 })).fingerprint).toBe(fingerprints.at(-1));
  });
});

describe('a model that cannot be used', () => {
  it.each([
    ['absent.onnx', 'model-missing'],
    ['.', 'not-a-file'],
  ])('%s is no file', async (path, expected) => {
    const { code, message } = await problemOf(loadOnnx(join(folder(), path), 'tensor'));
    expect(code).toBe(expected);
    expect(message).toContain(folder());
  });

  it('is no ONNX model', async () => {
    await writeFile(join(folder(), 'garbage.onnx'), 'no model at all');
    const { code, message } = await problemOf(loadOnnx(join(folder(), 'garbage.onnx'), 'tensor'));
    expect(code).toBe('model-unreadable');
    expect(message).toContain('garbage.onnx');
  });

  it.each([
    [
      'twoOutputs',
      {},
      /name one as `output`: left \(float32 batch_size×4\), right \(float32 batch_size×4\)$/,
    ],
    ['twoOutputs', { output: 'middle' }, /it has no output "middle" with embeddings; it has left/],
    [
      'integers',
      {},
      /none of its outputs holds embeddings, which are numbers with a fraction; it has label \(int64/,
    ],
    ['labelled', { output: 'label' }, /it has no output "label" with embeddings; it has label \(int64/],
  ] as const)('%s, asked for %o: its outputs', async (name, given, reason) => {
    const encoder = await single(name, given);
    const { code, message } = await problemOf(encoder.open());
    expect(code).toBe('model-output');
    expect(message).toMatch(reason);
  });

  it('takes inputs that the items do not give', async () => {
    const { code, message } = await problemOf(embedAll(await single('twoInputs'), signals));
    expect(code).toBe('model-inputs');
    expect(message).toMatch(/it takes left, right; the items give tensor$/);
  });

  it('takes items of another shape', async () => {
    const item = tensorItem('wide', [3, 6], new Float32Array(18));
    const { code, message } = await problemOf(embedAll(await single('tensor'), [item]));
    expect(code).toBe('model-run-failed');
    expect(message).toContain('tensor.onnx');
  });

  it('takes items of another type', async () => {
    const item = {
      inputs: { tensor: { shape: [3, 5], data: Int32Array.from({ length: 15 }, (_, i) => i) } },
      isTruncated: false,
    };
    const { code, message } = await problemOf(embedPrepared(await single('tensor'), [item]));
    expect(code).toBe('model-run-failed');
    expect(message).toMatch(/int32.*float/s);
  });

  it.each(['image', 'video', 'audio', 'text', 'protein'] as const)(
    '%s: has no files beside it that say how to prepare items',
    async (content) => {
      const { code, message } = await problemOf(loadOnnx(modelFile('single', 'tensor.onnx'), content));
      expect(code).toBe('checkpoint-file');
      expect(message).toMatch(/(preprocessor_config|tokenizer|vocab)\.(json|txt) is not there/);
    },
  );
});
