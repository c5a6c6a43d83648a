import { distributionKernelBytes } from './distributionKernelBytes.ts';

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel of `distributionKernel.as.ts`; compiled once. */
export function distributionKernel(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Buffer.from(distributionKernelBytes, 'base64'));
  return compiled;
}
