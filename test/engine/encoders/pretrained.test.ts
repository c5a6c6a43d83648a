import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../server/engine/datasets/dataset.ts';
import { ModelProtoSchema } from '../../../server/engine/graph/onnx_pb.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { useRuns } from '../useRuns.ts';
import { changeJson } from './clip/clipFixture.ts';
import { textItem } from './encoderFixture.ts';
import {
  asParts,
  copyModel,
  embedAll,
  embedPrepared,
  expectClose,
  expectSameRowsInBatches,
  images,
  loadPretrained,
  modelFile,
  oracle,
  prepareAll,
  problemOf,
  proteinItem,
} from './onnxFixture.ts';

const { folder, run } = useRuns();
const texts = oracle.texts.map(textItem);
const allTexts = [...oracle.texts, ...oracle.longTexts].map(textItem);
const proteins = oracle.proteins.map(proteinItem);

describe('embeddings are those of PyTorch', () => {
  it.each([
    ['dual', 'image', images, oracle.dual.image],
    ['dual', 'text', texts, oracle.dual.text],
    ['split', 'image', images, oracle.split.image],
    ['split', 'text', texts, oracle.split.text],
    ['sigmoid', 'image', images, oracle.sigmoid.image],
    ['sigmoid', 'text', texts, oracle.sigmoid.text],
    ['sentence', 'text', allTexts, oracle.sentence.mean],
    ['protein', 'protein', proteins, oracle.protein.mean],
  ] as const)('%s: %s', async (name, content, items, wanted) => {
    const encoder = await loadPretrained(modelFile(name), content);
    expectClose((await embedAll(encoder, items)).data, wanted);
  });

  it.each(['mean', 'first', 'last'] as const)(
    'sentence: the %s of the tokens, without padding',
    async (pooling) => {
      const encoder = await loadPretrained(modelFile('sentence'), 'text', { pooling });
      expectClose((await embedAll(encoder, allTexts)).data, oracle.sentence[pooling]);
    },
  );

  it('split: in half precision', async () => {
    const encoder = await loadPretrained(modelFile('split'), 'image', { precision: 'fp16' });
    expect(encoder.summary).toBe('split, onnx/vision_model_fp16.onnx, fp16, on cpu');
    // Half precision has three digits, and PyTorch rounds the pixels as this does.
    expectClose((await embedAll(encoder, images)).data, oracle.split.half, 2e-3);
  });

  it('split: the output that is asked for', async () => {
    const pooled = await loadPretrained(modelFile('split'), 'image', { output: 'pooler_output' });
    expectClose((await embedAll(pooled, images)).data, oracle.split.pooled);
    const { data, columns } = await embedAll(
      await loadPretrained(modelFile('split'), 'image', { output: 'last_hidden_state', pooling: 'first' }),
      images,
    );
    const tokens = Buffer.from(oracle.split.tokens, 'base64');
    const firstOf = (i: number): number[] =>
      Array.from({ length: columns }, (_, c) => tokens.readFloatLE(4 * (i * 4 * columns + c)));
    expectClose(data, Float32Array.from(images.flatMap((_, i) => firstOf(i))));
  });

  it('the pooled output of a text model, but the tokens of a language model that stands alone', async () => {
    const copy = await copyModel('split', folder());
    const path = join(copy, 'onnx', 'text_model.onnx');
    const proto = fromBinary(ModelProtoSchema, await readFile(path));
    proto.graph!.output = proto.graph!.output.filter(({ name }) => name !== 'text_embeds');
    await writeFile(path, toBinary(ModelProtoSchema, proto));
    const pooled = (await embedAll(await loadPretrained(copy, 'text'), texts)).data;
    await rename(path, join(copy, 'onnx', 'model.onnx'));
    // Saved alone, the text model of a CLIP says what it is by its type.
    await changeJson(copy, 'config.json', { model_type: 'clip_text_model' });
    expect((await embedAll(await loadPretrained(copy, 'text'), texts)).data).toEqual(pooled);
    await changeJson(copy, 'config.json', { model_type: 'bert' });
    const { data: means, columns } = await embedAll(await loadPretrained(copy, 'text'), texts);
    // This model pools by adding up.
    const tokens = [5, 2, 8, 3, 12, 5];
    expectClose(
      means.map((value, i) => value * tokens[Math.floor(i / columns)]!),
      pooled,
    );
  });

  it.each(['dual', 'split'] as const)('%s: the frames of a video, averaged', async (name) => {
    const encoder = await loadPretrained(modelFile(name), 'image');
    const video = asParts(await prepareAll(encoder, images));
    const { data } = await embedPrepared(encoder, [video, video]);
    expectClose(data.subarray(0, 8), oracle[name].frames);
    expect(data.subarray(8)).toEqual(data.subarray(0, 8));
  });

  it('audio: of features, longer or not', async () => {
    const encoder = await loadPretrained(modelFile('audio'), 'audio');
    const features = Buffer.from(oracle.audio.features, 'base64');
    const length = features.length / 4 / oracle.audio.longer.length;
    const items = oracle.audio.longer.map((isLonger, i) => ({
      inputs: {
        input_features: {
          shape: [1, length / 8, 8],
          data: Float32Array.from({ length }, (_, j) => features.readFloatLE(4 * (i * length + j))),
        },
        is_longer: { shape: [1], data: Uint8Array.of(Number(isLonger)) },
      },
      isTruncated: false,
    }));
    expectClose((await embedPrepared(encoder, items)).data, oracle.audio.embeddings);
  });

  it('audio: the features of a recording are what the model takes', async () => {
    const encoder = await loadPretrained(modelFile('audio'), 'audio');
    const [item] = await prepareAll(encoder, [
      { content: 'audio', name: 'tone', load: () => Promise.resolve(wav(400)) },
    ]);
    expect(item!.inputs['input_features']!.shape).toEqual([1, 11, 8]);
    const { data } = await embedPrepared(encoder, [item!]);
    expect(data.length).toBe(8);
    expect(data.every(Number.isFinite)).toBe(true);
  });
});

/** A tone of 16 bits at 8000 Hz. */
function wav(samples: number): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF');
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [value, size, at] of [
    [16, 4, 16],
    [1, 2, 20],
    [1, 2, 22],
    [8000, 4, 24],
    [16_000, 4, 28],
    [2, 2, 32],
    [16, 2, 34],
  ] as const) {
    bytes.writeUIntLE(value, at, size);
  }
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++) bytes.writeInt16LE(Math.round(9000 * Math.sin(i / 3)), 44 + 2 * i);
  return bytes;
}

describe('a row does not depend on its batch', () => {
  it.each([
    ['dual', 'image', images],
    ['dual', 'text', texts],
    ['split', 'image', images],
    ['sigmoid', 'text', texts],
  ] as const)('%s: %s', async (name, content, items) => {
    await expectSameRowsInBatches(await loadPretrained(modelFile(name), content), items);
  });

  it('texts of one length after padding', async () => {
    await expectSameRowsInBatches(await loadPretrained(modelFile('sentence'), 'text'), texts);
  });

  it('proteins of one length after padding', async () => {
    await expectSameRowsInBatches(
      await loadPretrained(modelFile('protein'), 'protein'),
      proteins.slice(0, 3),
    );
  });
});

describe('the logit scale', () => {
  it.each(['dual', 'sigmoid'] as const)(
    '%s: is what the model learned, for both modalities',
    async (name) => {
      for (const content of ['image', 'text'] as const) {
        const { logitScale, summary } = await loadPretrained(modelFile(name), content);
        expect(Math.abs(logitScale! / oracle[name].logitScale - 1)).toBeLessThan(1e-4);
        expect(summary).toBe(`${name}, onnx/model.onnx, on cpu, logit scale ${logitScale}`);
      }
    },
  );

  it.each([
    ['split', 'image'],
    ['sentence', 'text'],
    ['protein', 'protein'],
  ] as const)('%s: is not known of a model of one modality', async (name, content) => {
    expect((await loadPretrained(modelFile(name), content)).logitScale).toBeNull();
  });
});

describe('the fingerprint', () => {
  const fingerprint = async (path: string, content: Content, given = {}): Promise<string> =>
    (await loadPretrained(path, content, given)).fingerprint;

  it('is that of the model, the preparation, the output and the pooling', async () => {
    const copy = await copyModel('split', folder());
    const image = await fingerprint(copy, 'image');
    expect(image).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprint(modelFile('split'), 'image')).toBe(image);
    const text = await fingerprint(copy, 'text');
    const others = [
      text,
      await fingerprint(copy, 'image', { output: 'pooler_output' }),
      await fingerprint(copy, 'image', { pooling: 'first' }),
      await fingerprint(copy, 'image', { precision: 'fp16' }),
      await fingerprint(copy, 'video'),
    ];
    await changeJson(copy, 'preprocessor_config.json', { resample: 2 });
    others.push(await fingerprint(copy, 'image'));
    expect(await fingerprint(copy, 'text')).toBe(text);
    await cp(join(copy, 'onnx', 'vision_model_fp16.onnx'), join(copy, 'onnx', 'vision_model.onnx'));
    others.push(await fingerprint(copy, 'image'));
    await changeJson(copy, 'tokenizer_config.json', { pad_token: '[UNK]' });
    others.push(await fingerprint(copy, 'text'));
    expect(new Set([image, ...others]).size).toBe(others.length + 1);
  });
});

describe('files that cannot be used', () => {
  it('no weights for the content: lists those that there are', async () => {
    const copy = await copyModel('split', folder());
    const { code, message } = await problemOf(loadPretrained(copy, 'audio', {}));
    expect(code).toBe('model-weights');
    expect(message).toBe(
      `${copy} has no weights that can be used for audio: found onnx/text_model.onnx, onnx/vision_model.onnx, onnx/vision_model_fp16.onnx, expected onnx/audio_model.onnx, or onnx/model.onnx; a model of another name is named by itself: \`kind: onnx\` with \`path: ${copy}/onnx/text_model.onnx\``,
    );
  });

  it('safetensors of anything but a CLIP', async () => {
    await writeFile(join(folder(), 'model.safetensors'), '');
    for (const weights of ['auto', 'safetensors']) {
      const { code, message } = await problemOf(loadPretrained(folder(), 'protein', { weights }));
      expect(code).toBe('model-weights');
      expect(message).toMatch(
        /for protein: found model\.safetensors; expected onnx\/text_model\.onnx, or onnx\/model\.onnx$/,
      );
    }
  });

  it.each([
    [
      { weights: 'safetensors' },
      'asks for model.safetensors, found onnx/model.onnx; take `weights: safetensors` away',
    ],
    [
      { weights: 'onnx', precision: 'fp16' },
      'asks for onnx/vision_model_fp16.onnx, or onnx/model_fp16.onnx, found onnx/model.onnx; take `precision: fp16` away',
    ],
  ])('no weights of the kind that is asked for: %o', async (given, reason) => {
    const { code, message } = await problemOf(loadPretrained(modelFile('dual'), 'image', given));
    expect(code).toBe('model-weights');
    expect(message).toContain(reason);
  });

  it.each([
    ['dual', 'image', 'preprocessor_config.json', 'checkpoint-file'],
    ['dual', 'text', 'tokenizer.json', 'checkpoint-file'],
    ['audio', 'audio', 'preprocessor_config.json', 'checkpoint-file'],
    ['protein', 'protein', 'vocab.txt', 'checkpoint-file'],
  ] as const)('%s, %s: without %s', async (name, content, file, code) => {
    const copy = await copyModel(name, folder());
    await rm(join(copy, file));
    const problem = await problemOf(loadPretrained(copy, content));
    expect(problem.code).toBe(code);
    expect(problem.message).toContain(`${file} is not there`);
  });

  it('a model that is none', async () => {
    const copy = await copyModel('split', folder());
    await writeFile(join(copy, 'onnx', 'vision_model.onnx'), 'no model at all');
    const encoder = await loadPretrained(copy, 'image');
    const { code, message } = await problemOf(encoder.open());
    expect(code).toBe('model-unreadable');
    expect(message).toContain('vision_model.onnx');
  });

  it('an output that is not there', async () => {
    const encoder = await loadPretrained(modelFile('split'), 'image', { output: 'embeds' });
    const { code, message } = await problemOf(encoder.open());
    expect(code).toBe('model-output');
    expect(message).toContain('it has no output "embeds"');
    expect(message).toContain('image_embeds (float32 batch_size×8), last_hidden_state (float32 batch_size×');
  });

  it('an output that is no embedding', async () => {
    const encoder = await loadPretrained(modelFile('dual'), 'image', { output: 'logits_per_text' });
    const { code, message } = await problemOf(embedAll(encoder, images));
    expect(code).toBe('model-output');
    expect(message).toContain('its output logits_per_text has 1 rows for a batch of 4, expected one each');
  });

  it('an item of another content', async () => {
    const encoder = await loadPretrained(modelFile('dual'), 'image');
    expect((await problemOf(prepareAll(encoder, texts))).code).toBe('encoder-content');
  });
});

// Windows lets only administrators make links.
it.runIf(process.platform !== 'win32')('runs from the links that the hub’s cache is made of', async () => {
  const copy = await copyModel('split', folder());
  const blobs = join(folder(), 'blobs');
  await mkdir(blobs);
  await rename(join(copy, 'onnx', 'vision_model.onnx'), join(blobs, 'a1'));
  await symlink(join('..', '..', 'blobs', 'a1'), join(copy, 'onnx', 'vision_model.onnx'));
  expectClose((await embedAll(await loadPretrained(copy, 'image'), images)).data, oracle.split.image);
});

describe('a run', () => {
  async function report(temperature?: number) {
    const random = new Random(3);
    await mkdir(join(folder(), 'photos'));
    for (const [i, caption] of ['a red photo', 'photo of a thing', 'red', 'a thing', 'a photo'].entries()) {
      const rgb = Uint8Array.from({ length: 8 * 8 * 3 }, () => random.integer(0, 256));
      await sharp(rgb, { raw: { width: 8, height: 8, channels: 3 } })
        .png()
        .toFile(join(folder(), 'photos', `${i}.png`));
      await writeFile(join(folder(), 'photos', `${i}.txt`), caption);
    }
    await copyModel('dual', folder());
    return (
      await run({
        device: 'cpu',
        data: { kind: 'folder', path: 'photos', layout: 'pairs' },
        encoders: {
          image: { kind: 'pretrained', model: './dual' },
          text: { kind: 'pretrained', model: './dual' },
        },
        experiments: [
          {
            kind: 'modality-gap',
            metrics: [{ kind: 'contrastive-loss', ...(temperature !== undefined && { temperature }) }],
          },
        ],
      })
    ).report;
  }

  it('measures the contrastive loss at the temperature that the model learned', async () => {
    const { results, modalities, notes } = await report();
    expect(notes).toEqual([]);
    expect(modalities.map(({ dimension, source }) => [dimension, source])).toEqual([
      [8, expect.stringMatching(/^dual, onnx\/model\.onnx, on cpu, logit scale 33\.11/)],
      [8, expect.stringMatching(/^dual, onnx\/model\.onnx, on cpu, logit scale 33\.11/)],
    ]);
    expect(results).toHaveLength(3);
    for (const { parameters } of results) {
      expect(Number(parameters['temperature']) * oracle.dual.logitScale).toBeCloseTo(1, 4);
    }
  });

  it('and at another one where that is asked for', async () => {
    const { results } = await report(0.5);
    expect(results.map(({ parameters }) => parameters['temperature'])).toEqual([0.5, 0.5, 0.5]);
  });
});
