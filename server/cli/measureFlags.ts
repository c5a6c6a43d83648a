import { keysOf, schemaAt } from '../config/schemaWalk.ts';
import { experimentSchema } from '../config/schema.ts';
import { usageError } from './commandError.ts';

/** The options of `measure`, as commander gives them. */
export interface MeasureFlags {
  readonly metrics?: readonly string[] | 'all';
  readonly out?: string;
  /** The folder of the cache; false to use none. */
  readonly cache?: string | false;
  readonly seed?: number;
  readonly device?: string;
  readonly limit?: number;
  /** A folder or a name on the hub: what embeds every modality. */
  readonly model?: string;
  readonly modalities?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
  readonly skipInvalid?: boolean;
}

/** A configuration's plain value with flags laid over it, and which flag set what. */
export interface FlaggedConfig {
  readonly value: Readonly<Record<string, unknown>>;
  /** The flag by the path it set, as JSON. */
  readonly flags: ReadonlyMap<string, string>;
}

/**
 * Lays the flags over a valid configuration's plain value: flags win.
 *
 * @throws CommandError when `--metrics` is given and no experiment measures chosen metrics.
 */
export function applyFlags(
  config: Readonly<Record<string, unknown>>,
  { seed, device, limit, modalities, metrics, skipInvalid }: MeasureFlags,
): FlaggedConfig {
  const value = structuredClone(config) as Record<string, unknown>;
  const flags = new Map<string, string>();
  const set = (path: readonly (string | number)[], flag: string, setting: unknown) => {
    if (setting === undefined) return;
    let target = value;
    for (const step of path.slice(0, -1)) target = target[step] as Record<string, unknown>;
    target[path.at(-1)!] = setting;
    flags.set(JSON.stringify(path), flag);
  };
  set(['seed'], '--seed', seed);
  set(['device'], '--device', device);
  set(['data', 'limit'], '--limit', limit);
  set(['data', 'modalities'], '--modalities', modalities);
  set(['invalidRows'], '--skip-invalid', skipInvalid === true ? 'skip' : undefined);
  if (metrics !== undefined) {
    value['experiments'] ??= [{ kind: 'modality-gap' }];
    const entries = value['experiments'] as unknown[];
    const choosing = entries.flatMap((entry, index) => {
      const schema = schemaAt(experimentSchema, value, ['experiments', index]);
      return keysOf(schema, entry).includes('metrics') ? [index] : [];
    });
    if (choosing.length === 0) {
      throw usageError('no-metrics-here', '--metrics: no experiment of this configuration takes metrics');
    }
    for (const index of choosing) set(['experiments', index, 'metrics'], '--metrics', metrics);
  }
  return { value, flags };
}

/** The flag that set the value at a path, or that set what holds it. */
export function flagOf(path: readonly (string | number)[], { flags }: FlaggedConfig): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const flag = flags.get(JSON.stringify(path.slice(0, length)));
    if (flag !== undefined) return flag;
  }
  return undefined;
}
