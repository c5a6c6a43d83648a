import { readFileSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../../server/engine/datasets/decodeImage.ts';
import type { Content } from '../../../../server/engine/datasets/dataset.ts';
import type { Encoder } from '../../../../server/engine/encoders/encoder.ts';
import type { OpenClipConfig } from '../../../../server/engine/encoders/openClip/openClipConfig.ts';
import { openClipImageTarget } from '../../../../server/engine/encoders/openClip/openClipPreparation.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { changeHeader, changeJson } from '../clip/clipFixture.ts';
import { textItem } from '../encoderFixture.ts';
import {
  embedAll,
  embedPrepared,
  expectClose,
  floats,
  loadPretrained,
  prepareAll,
  problemOf,
} from '../onnxFixture.ts';

/** Thin models of open_clip, and what PyTorch makes of them: see test/oracle/openClip.py. */
const models = { custom: 8, siglip: 40 } as const;
type Model = keyof typeof models;
interface Expected {
  readonly pixels: string;
  readonly imageFeatures: string;
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly number[])[];
  readonly textFeatures: string;
}
const modelOf = (name: Model): string => resolve('test/oracle/openClip', name);
const expectedOf = (name: Model): Expected =>
  JSON.parse(readFileSync(join(modelOf(name), 'expected.json'), 'utf8')) as Expected;
const folder = useTemporaryFolder();

async function changed(
  name: Model,
  change: (model: { embed_dim: number; vision_cfg: object; text_cfg: object }) => object,
): Promise<string> {
  const copy = join(folder(), name);
  await cp(modelOf(name), copy, { recursive: true });
  const config = JSON.parse(readFileSync(join(copy, 'open_clip_config.json'), 'utf8')) as {
    model_cfg: { embed_dim: number; vision_cfg: object; text_cfg: object };
  };
  await changeJson(copy, 'open_clip_config.json', {
    model_cfg: { ...config.model_cfg, ...change(config.model_cfg) },
  });
  return copy;
}

async function expectTexts(name: Model, encoder: Encoder): Promise<void> {
  const { texts, tokens, textFeatures } = expectedOf(name);
  const items = texts.map(textItem);
  const ids = (await prepareAll(encoder, items)).map(({ inputs }) => [...inputs['input_ids']!.data]);
  if (name === 'siglip') expect(ids).toEqual(tokens);
  expectClose((await embedAll(encoder, items)).data, textFeatures);
}

describe('a model of open_clip', () => {
  it.each(['custom', 'siglip'] as const)('%s: embeds images as PyTorch does', async (name) => {
    const { pixels, imageFeatures } = expectedOf(name);
    const edge = models[name];
    const values = floats(pixels);
    const items = [0, 1].map((i) => ({
      inputs: {
        pixel_values: {
          shape: [3, edge, edge],
          data: values.subarray(i * 3 * edge ** 2, (i + 1) * 3 * edge ** 2),
        },
      },
      isTruncated: false,
    }));
    expectClose(
      (await embedPrepared(await loadPretrained(modelOf(name), 'image'), items)).data,
      imageFeatures,
    );
  });

  it.each(['custom', 'siglip'] as const)('%s: embeds texts as PyTorch does', async (name) => {
    await expectTexts(name, await loadPretrained(modelOf(name), 'text'));
  });

  it('says what it is', async () => {
    const summary = async (name: Model, content: Content): Promise<string> =>
      (await loadPretrained(modelOf(name), content)).summary;
    expect(await summary('custom', 'text')).toMatch(/^custom, CLIP text transformer, logit scale 33.12, /);
    expect(await summary('siglip', 'image')).toMatch(
      /^siglip, SigLIP vision transformer, logit scale 90.02, logit bias -12.00, /,
    );
  });

  it('embeds texts at the token that it names', async () => {
    const copy = await changed('custom', ({ text_cfg }) => ({
      text_cfg: { ...text_cfg, pool_type: 'eos', eos_id: 522 },
    }));
    await expectTexts('custom', await loadPretrained(copy, 'text'));
  });

  it('may have the names of a CLIP, and those of its file', async () => {
    const copy = await changed('custom', () => ({ custom_text: false }));
    await changeHeader(
      copy,
      (header) =>
        Object.fromEntries(
          Object.entries(header).map(([name, entry]) => [name.replace(/^text\./, ''), entry]),
        ),
      'open_clip_model.safetensors',
    );
    await rename(join(copy, 'open_clip_model.safetensors'), join(copy, 'model.safetensors'));
    await expectTexts('custom', await loadPretrained(copy, 'text'));
  });
});

describe('towers that there is no network for are refused by name, and the other one is not', () => {
  it.each<[string, Content, (tower: object) => object]>([
    [
      'text_cfg.hf_model_name',
      'text',
      () => ({ hf_model_name: 'roberta-base', hf_pooler_type: 'mean_pooler' }),
    ],
    ['text_cfg.embed_cls', 'text', (tower) => ({ ...tower, embed_cls: true })],
    ['text_cfg.pool_type', 'text', (tower) => ({ ...tower, pool_type: 'last' })],
    ['text_cfg.pool_type', 'text', (tower) => ({ ...tower, no_causal_mask: true, pool_type: 'first' })],
    ['text_cfg.eos_id', 'text', (tower) => ({ ...tower, pool_type: 'eos' })],
    ['text_cfg.proj_bias', 'text', (tower) => ({ ...tower, proj_bias: true })],
    ['text_cfg.proj_type', 'text', (tower) => ({ ...tower, proj_type: 'none' })],
    ['text_cfg.qk_norm', 'text', (tower) => ({ ...tower, qk_norm: true })],
    ['text_cfg.text_arch', 'text', (tower) => ({ ...tower, text_arch: 'modern' })],
    [
      'text_cfg.tokenizer_kwargs.strip_sep_token',
      'text',
      (tower) => ({ ...tower, tokenizer_kwargs: { strip_sep_token: true } }),
    ],
    [
      'text_cfg.tokenizer_kwargs.clean',
      'text',
      (tower) => ({ ...tower, tokenizer_kwargs: { clean: 'scrub' } }),
    ],
    ['vision_cfg.layers', 'image', (tower) => ({ ...tower, layers: [3, 4, 6, 3] })],
    ['vision_cfg.timm_model_name', 'image', (tower) => ({ ...tower, timm_model_name: 'convnext_base' })],
    [
      'vision_cfg.timm_model_name',
      'image',
      (tower) => ({ ...tower, timm_model_name: 'naflexvit_base_patch16_siglip' }),
    ],
    [
      'vision_cfg.timm_pool',
      'image',
      (tower) => ({ ...tower, timm_model_name: 'vit_base_patch16_siglip_224', timm_pool: 'avg' }),
    ],
    ['vision_cfg.attentional_pool', 'image', (tower) => ({ ...tower, attentional_pool: true })],
    ['vision_cfg.no_ln_pre', 'image', (tower) => ({ ...tower, no_ln_pre: true })],
    ['vision_cfg.pool_type', 'image', (tower) => ({ ...tower, pool_type: 'avg' })],
    ['vision_cfg.image_size', 'image', (tower) => ({ ...tower, image_size: [8, 12] })],
    [
      'vision_cfg.act_kwargs.approximate',
      'image',
      (tower) => ({ ...tower, act_kwargs: { approximate: 'sigmoid' } }),
    ],
  ])('%s', async (key, content, change) => {
    const tower = content === 'text' ? 'text_cfg' : 'vision_cfg';
    const copy = await changed('custom', (model) => ({ [tower]: change(model[tower]) }));
    const { code, message } = await problemOf(loadPretrained(copy, content));
    expect(code).toBe('checkpoint-config');
    expect(message).toContain(`open_clip_config.json: model_cfg.${key}: found `);
    await loadPretrained(copy, content === 'text' ? 'image' : 'text');
  });

  it('an end that the tokenizer does not have', async () => {
    const copy = await changed('custom', ({ text_cfg }) => ({
      text_cfg: { ...text_cfg, pool_type: 'eos', eos_id: 3 },
    }));
    expect((await problemOf(loadPretrained(copy, 'text'))).message).toContain(
      'model_cfg.text_cfg.eos_id is 3, but tokenizer.json ends texts with the token 522',
    );
  });

  it('files that are not there', async () => {
    const copy = await changed('custom', () => ({}));
    await rm(join(copy, 'tokenizer.json'));
    await loadPretrained(copy, 'image');
    expect((await problemOf(loadPretrained(copy, 'text'))).message).toMatch(
      /tokenizer.json is not there, which says how/,
    );
    await rm(join(copy, 'open_clip_config.json'));
    expect((await problemOf(loadPretrained(copy, 'image'))).message).toMatch(
      /open_clip_config.json is not there/,
    );
  });
});

describe('images are prepared as open_clip does', () => {
  const cases = JSON.parse(readFileSync(resolve('test/oracle/openClip/images.json'), 'utf8')) as readonly {
    readonly width: number;
    readonly height: number;
    readonly rgb: string;
    readonly size: number;
    readonly mode: 'shortest' | 'longest' | 'squash';
    readonly interpolation: 'bicubic' | 'bilinear';
    readonly values: string;
  }[];
  it.each(cases)('$width × $height to $size, $mode, $interpolation', async (given) => {
    const { width, height, rgb, size, mode, interpolation, values } = given;
    const preprocessing = { resize_mode: mode, interpolation };
    const target = openClipImageTarget({ preprocessing } as OpenClipConfig, size);
    const pixels = {
      kind: 'pixels',
      width,
      height,
      rgb: Uint8Array.from(Buffer.from(rgb, 'base64')),
    } as const;
    expectClose((await decodeImage(pixels, 'image', target)).data, values, 1e-6);
  });
});
