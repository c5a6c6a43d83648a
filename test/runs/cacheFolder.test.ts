import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../server/runs/cacheFolder.ts';

const home = resolve('/home/ada');
const elsewhere = resolve('/elsewhere');

it.each<[NodeJS.Platform, Record<string, string>, string]>([
  ['linux', {}, join(home, '.cache', 'modality-gap')],
  ['linux', { XDG_CACHE_HOME: elsewhere }, join(elsewhere, 'modality-gap')],
  ['linux', { XDG_CACHE_HOME: 'relative' }, join(home, '.cache', 'modality-gap')],
  ['linux', { XDG_CACHE_HOME: '' }, join(home, '.cache', 'modality-gap')],
  ['darwin', { XDG_CACHE_HOME: elsewhere }, join(home, 'Library', 'Caches', 'modality-gap')],
  ['win32', { LOCALAPPDATA: elsewhere }, join(elsewhere, 'modality-gap')],
  ['win32', {}, join(home, 'AppData', 'Local', 'modality-gap')],
  ['linux', { XDG_CACHE_HOME: elsewhere, MODALITY_GAP_CACHE: join(home, 'mine') }, join(home, 'mine')],
  ['darwin', { MODALITY_GAP_CACHE: 'mine' }, resolve('mine')],
  ['linux', { MODALITY_GAP_CACHE: '' }, join(home, '.cache', 'modality-gap')],
])('the cache on %s with %j is in %s', (platform, env, folder) => {
  expect(cacheFolder({ platform, env, home })).toBe(folder);
});
