export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string | null;
}

export const targets: Readonly<Record<string, Platform>>;

export function packageFolders(
  lockPackages: Readonly<Record<string, unknown>>,
  roots: readonly string[],
  platform: Platform,
): string[];

export function isNeeded(packageName: string, path: string, platform: Platform): boolean;
