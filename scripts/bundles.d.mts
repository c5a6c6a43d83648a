import type { BuildOptions } from 'esbuild';

export const bundles: Readonly<Record<string, { readonly entry: string; readonly options: BuildOptions }>>;

export function bundleOptions(name: string, folder: string): BuildOptions;
