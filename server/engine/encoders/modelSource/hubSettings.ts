import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the settings depend on, beside the arguments. */
export interface HubSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's own folder. */
  readonly home: string;
}

/** Which hub is asked, as whom, and where its files are kept. */
export interface HubSettings {
  /** Without a slash at the end. */
  readonly url: string;
  readonly cacheFolder: string;
  /** No request is made. */
  readonly offline: boolean;
  /** Where a token would be found, for messages. */
  readonly tokenPath: string;
  readonly token: string | undefined;
}

/** What takes the place of the environment's. */
export interface HubOverrides {
  readonly hubUrl?: string | undefined;
  readonly cacheFolder?: string | undefined;
  readonly offline?: boolean | undefined;
}

/**
 * The settings that Python's `huggingface_hub` would use: `HF_ENDPOINT`, `HF_HUB_CACHE` (or its elder
 * `HUGGINGFACE_HUB_CACHE`, or `hub` in `HF_HOME`, which is `huggingface` in `XDG_CACHE_HOME` or `~/.cache`),
 * `HF_HUB_OFFLINE` and `TRANSFORMERS_OFFLINE`, and the token of `HF_TOKEN` or the file that `HF_TOKEN_PATH` names
 * (or `token` in `HF_HOME`), unless `HF_HUB_DISABLE_IMPLICIT_TOKEN` is set. Empty values count as none.
 */
export async function hubSettings(
  { hubUrl, cacheFolder, offline }: HubOverrides,
  { env, home }: HubSurroundings = { env: process.env, home: homedir() },
): Promise<HubSettings> {
  const value = (...names: string[]) => names.map((name) => env[name]).find((text) => text);
  const folder = (...names: string[]) => {
    const named = value(...names);
    return named === undefined ? undefined : resolve(expand(named, env, home));
  };
  const hfHome = folder('HF_HOME') ?? join(folder('XDG_CACHE_HOME') ?? join(home, '.cache'), 'huggingface');
  const tokenPath = folder('HF_TOKEN_PATH') ?? join(hfHome, 'token');
  return {
    url: (hubUrl ?? value('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
    cacheFolder: cacheFolder ?? folder('HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE') ?? join(hfHome, 'hub'),
    offline: offline ?? isTrue(value('HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE')),
    tokenPath,
    token: isTrue(env['HF_HUB_DISABLE_IMPLICIT_TOKEN'])
      ? undefined
      : (clean(value('HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN')) ?? clean(await readIfThere(tokenPath))),
  };
}

/** `~` and `$NAME` as Python expands them. */
function expand(path: string, env: HubSurroundings['env'], home: string): string {
  return path
    .replace(/^~(?=$|[/\\])/, () => home)
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, bare?: string, braced?: string) => env[bare ?? braced!] ?? all);
}

function isTrue(value: string | undefined): boolean {
  return /^(?:1|on|yes|true)$/i.test(value ?? '');
}

function clean(token: string | undefined): string | undefined {
  const cleaned = token?.replace(/[\r\n]/g, '').trim();
  return cleaned === '' ? undefined : cleaned;
}

/** A token file that cannot be read is as good as none: most models need no token, and the others will say so. */
async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
