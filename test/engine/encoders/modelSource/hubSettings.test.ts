import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hubSettings } from '../../../../server/engine/encoders/modelSource/hubSettings.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const home = useTemporaryFolder();
const settings = (env: Record<string, string>, overrides = {}) =>
  hubSettings(overrides, { env, home: home() });

it.each<[Record<string, string>, string]>([
  [{}, '~/.cache/huggingface/hub'],
  [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
  [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
  [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
  [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/new' }, '/new'],
  [{ HF_HUB_CACHE: '~/models' }, '~/models'],
  [{ HF_HUB_CACHE: '$DISK/${NAME}/models', DISK: '/d', NAME: 'n' }, '/d/n/models'],
  [{ HF_HUB_CACHE: '', HF_HOME: '' }, '~/.cache/huggingface/hub'],
])('%j keeps models in %s', async (env, expected) => {
  expect((await settings(env)).cacheFolder).toBe(expected.replace('~', home()));
});

it('takes what is passed before the environment', async () => {
  const env = { HF_HUB_CACHE: '/c', HF_ENDPOINT: 'https://a.example', HF_HUB_OFFLINE: '1' };
  expect(await settings(env)).toMatchObject({ cacheFolder: '/c', url: 'https://a.example', offline: true });
  const passed = { cacheFolder: '/p', offline: false };
  expect(await settings(env, { ...passed, hubUrl: 'https://b.example/' })).toMatchObject({
    ...passed,
    url: 'https://b.example',
  });
});

it('asks huggingface.co unless told otherwise', async () => {
  expect(await settings({})).toMatchObject({
    url: 'https://huggingface.co',
    offline: false,
    token: undefined,
  });
});

it.each(['1', 'ON', 'yes', 'True'])('is offline for HF_HUB_OFFLINE=%s', async (value) => {
  expect((await settings({ HF_HUB_OFFLINE: value })).offline).toBe(true);
  expect((await settings({ TRANSFORMERS_OFFLINE: value })).offline).toBe(true);
});

it.each(['0', 'off', ''])('is not offline for HF_HUB_OFFLINE=%j', async (value) => {
  expect((await settings({ HF_HUB_OFFLINE: value })).offline).toBe(false);
});

it('finds the token in the environment, else in the file', async () => {
  const HF_TOKEN_PATH = join(home(), 'token');
  expect((await settings({ HF_TOKEN_PATH })).token).toBeUndefined();
  await writeFile(HF_TOKEN_PATH, 'hf_file\n');
  expect(await settings({ HF_TOKEN_PATH })).toMatchObject({ token: 'hf_file', tokenPath: HF_TOKEN_PATH });
  expect((await settings({ HF_HOME: home() })).token).toBe('hf_file');
  expect((await settings({ HF_TOKEN_PATH, HF_TOKEN: ' hf_env\r\n' })).token).toBe('hf_env');
  expect((await settings({ HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).token).toBeUndefined();
});
