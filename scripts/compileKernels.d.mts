/** Compiles each WebAssembly kernel; gives the text of the module that holds its bytes, by path. */
export function compiledKernels(): Promise<Record<string, string>>;
