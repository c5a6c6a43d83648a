import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What the place of the cache depends on. */
export interface CacheSurroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's own folder. */
  readonly home: string;
}

/**
 * The folder of the cache: what `MODALITY_GAP_CACHE` names, or `modality-gap` where the system keeps caches
 * (`$XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS; `%LOCALAPPDATA%` on Windows).
 */
export function cacheFolder(
  { platform, env, home }: CacheSurroundings = {
    platform: process.platform,
    env: process.env,
    home: homedir(),
  },
): string {
  const named = env['MODALITY_GAP_CACHE'] ?? '';
  if (named !== '') return resolve(named);
  return join(systemCaches(platform, env, home), 'modality-gap');
}

function systemCaches(platform: NodeJS.Platform, env: CacheSurroundings['env'], home: string): string {
  if (platform === 'win32') return absolute(env['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  return absolute(env['XDG_CACHE_HOME']) ?? join(home, '.cache');
}

/** The specification of the XDG folders has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
