// What esbuild makes of the sources.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from './nodeOptions.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const checkedByEngines = join(root, 'scripts', 'checkedByEngines.cjs');

/** By name: the entry point, relative to the root, and what differs from the common settings. */
export const bundles = {
  // Inlined into the HTML report: no source map, and a name that no page script can meet.
  'report.js': {
    entry: 'webview/report/main.ts',
    options: { platform: 'browser', format: 'iife', target: 'es2022', minify: true, legalComments: 'none' },
  },
  'report.css': {
    entry: 'webview/report/report.css',
    options: { minify: true, legalComments: 'none' },
  },
  // The page of an editor's panel.
  'run.js': {
    entry: 'webview/run/main.ts',
    options: { platform: 'browser', format: 'iife', target: 'es2022', minify: true, legalComments: 'none' },
  },
  'run.css': {
    entry: 'webview/run/run.css',
    options: { minify: true, legalComments: 'none' },
  },
  // Threads of a run, started by the engine.
  'computeWorker.mjs': { entry: 'server/engine/measurement/computeWorker.ts', options: nodeOptions },
  // A thread that reads HDF5, Arrow and Zarr, started by the engine: their libraries are loaded nowhere else.
  'containerThread.mjs': {
    entry: 'server/engine/datasets/containers/containerThreadEntry.ts',
    options: nodeOptions,
  },
  // A process for each model of a run, started by the engine.
  'modelProcess.mjs': { entry: 'server/engine/runtime/modelProcessEntry.ts', options: nodeOptions },
  // Loaded by VS Code, which knows CommonJS by its ending. Minified: its size is time at activation.
  'extension.cjs': {
    entry: 'client/extension.ts',
    options: {
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['vscode'],
      alias: {
        'semver/functions/parse': checkedByEngines,
        'semver/functions/satisfies': checkedByEngines,
      },
      minify: true,
      sourcemap: 'linked',
      legalComments: 'none',
    },
  },
  // A process for each run, and one to look into data, models and finished runs, started by the language server; the
  // latter by `validate` too.
  'worker.mjs': { entry: 'server/worker.ts', options: nodeOptions },
  // The language server: no native code.
  'server.mjs': { entry: 'server/main.ts', options: nodeOptions },
  'cli.mjs': {
    entry: 'server/cli.ts',
    options: nodeOptions,
  },
};

/**
 * What esbuild is told to make a bundle.
 *
 * @param {string} name a key of `bundles`
 * @param {string} folder where it is written
 */
export function bundleOptions(name, folder) {
  const { entry, options } = bundles[name];
  return {
    ...options,
    entryPoints: [join(root, entry)],
    outfile: join(folder, name),
    bundle: true,
    charset: 'utf8',
    logLevel: 'warning',
  };
}
