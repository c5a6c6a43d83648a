import { resampleKernelBytes } from './resampleKernelBytes.ts';

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel of `resampleKernel.as.ts`; compiled once. */
export function resampleKernel(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Buffer.from(resampleKernelBytes, 'base64'));
  return compiled;
}
