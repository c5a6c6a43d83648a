/** How esbuild bundles what runs in Node. */
export const nodeOptions = {
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  // Native code stays in its package, with the binaries it loads.
  external: [
    'onnxruntime-node',
    'sharp',
    '@duckdb/node-api',
    // They look for their WebAssembly beside themselves.
    '@cornerstonejs/codec-openjpeg',
    '@cornerstonejs/codec-charls',
    // WebAssembly too; its terms are NIST's own, which is why it stays a package of its own.
    'h5wasm',
    'h5wasm-plugins',
    // Parts of these are under the LGPL: they stay packages of their own, which can be replaced.
    'mpg123-decoder',
    '@wasm-audio-decoders/flac',
    '@wasm-audio-decoders/ogg-vorbis',
    '@audio/decode-opus',
  ],
  // Packages written for `require` look for it, and an ES module has none.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
};
