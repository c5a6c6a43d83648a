// JavaScript, not TypeScript: the compiler's types redeclare those of the language itself for the whole project.
import { main as compile } from 'assemblyscript/asc';

const folder = 'server/engine/numerics/wasm';
const options = ['--optimizeLevel', '3', '--enable', 'simd', '--runtime', 'stub', '--use', 'abort='];

/** Compiles each WebAssembly kernel; gives the text of the module that holds its bytes, by path. */
export async function compiledKernels() {
  const kernels = ['distributionKernel', 'resampleKernel', 'rowKernel'].map(async (name) => {
    const bytes = await compiledBytes(`${folder}/${name}.as.ts`);
    return [`${folder}/${name}Bytes.ts`, moduleText(name, bytes)];
  });
  return Object.fromEntries(await Promise.all(kernels));
}

async function compiledBytes(source) {
  let bytes;
  const { error, stderr } = await compile([source, ...options, '--outFile', 'kernel.wasm'], {
    writeFile: (_name, contents) => {
      bytes = contents;
    },
  });
  if (error !== null || bytes === undefined) throw new Error(`${source}: ${stderr.toString()}`);
  return bytes;
}

function moduleText(name, bytes) {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,100}/g);
  return [
    `// Generated from ${name}.as.ts by \`npm run generate\`; a test says when it is stale.`,
    `export const ${name}Bytes =`,
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}
