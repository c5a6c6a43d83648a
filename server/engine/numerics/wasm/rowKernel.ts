import { rowKernelBytes } from './rowKernelBytes.ts';

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel of `rowKernel.as.ts`; compiled once. */
export function rowKernel(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Buffer.from(rowKernelBytes, 'base64'));
  return compiled;
}
