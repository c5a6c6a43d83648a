// JavaScript, not TypeScript: the compiler's types redeclare those of the language itself for the whole project.
import { main as compile } from 'assemblyscript/asc';

const source = 'server/engine/numerics/wasm/distributionKernel.as.ts';

/** Compiles the WebAssembly kernel and gives the text of the module that holds its bytes. */
export async function compiledKernelModule() {
  let bytes;
  const options = ['--optimizeLevel', '3', '--enable', 'simd', '--runtime', 'stub', '--use', 'abort='];
  const { error, stderr } = await compile([source, ...options, '--outFile', 'kernel.wasm'], {
    writeFile: (_name, contents) => {
      bytes = contents;
    },
  });
  if (error !== null || bytes === undefined) throw new Error(`${source}: ${stderr.toString()}`);
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,100}/g);
  return [
    '// Generated from distributionKernel.as.ts by `npm run generate`; a test says when it is stale.',
    'export const distributionKernelBytes =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}
