/** Compiles the WebAssembly kernel and gives the text of the module that holds its bytes. */
export function compiledKernelModule(): Promise<string>;
