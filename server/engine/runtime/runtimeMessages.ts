/**
 * What an error of ONNX Runtime says, without the place in its sources that some begin with: a file, a function and the
 * condition that was false.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/\/onnxruntime_src\/\S+ .* was false\. /s, '')
    .trim()
    .replace(/\.$/, '');
}

/** Why a device is not there, in the words of people instead of those of the library that looked for it. */
export function absenceOf(message: string): string {
  if (message.includes('Failed to load shared library')) {
    return 'its libraries, or the driver that they need, are not installed';
  }
  if (message.includes('No supported adapters')) return 'there is no graphics card with a driver for it';
  return message;
}

/**
 * What allocators say when memory runs out: the C++ library (two wordings), ONNX Runtime's arena, CUDA and its
 * libraries, WebGPU and Vulkan, DirectML, V8.
 */
const lackOfMemory =
  /bad[ _]alloc|failed to allocate memory|out of memory|out_of_memory|alloc_failed|not enough memory|E_OUTOFMEMORY|array buffer allocation failed/i;

/** Whether a message of ONNX Runtime, or the last words of its process, say that memory ran out. */
export function saysOutOfMemory(message: string): boolean {
  return lackOfMemory.test(message);
}

/** Whether ONNX Runtime, or the checker of ONNX within it, complains of a tensor that lies in a file of its own. */
export function isAboutExternalData(message: string): boolean {
  return /external data|external TensorProto|data of TensorProto/i.test(message);
}
