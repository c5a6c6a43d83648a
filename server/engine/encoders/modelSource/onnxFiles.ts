/** The files of one ONNX model in a folder. */
export interface OnnxFiles {
  readonly path: string;
  /** Whether it holds both encoders in one graph, and not the asked one alone. */
  readonly isWhole: boolean;
  /** Files of tensors that the model refers to, which must lie beside it. */
  readonly dataFiles: readonly string[];
}

/**
 * Picks the ONNX model of an encoder from the files of a folder as Hugging Face's exporters and transformers.js lay it
 * out: `onnx/<part>_model.onnx`, else the whole dual encoder `onnx/model.onnx` or `model.onnx`; each with `_fp16` before
 * `.onnx` where half precision is asked for. Tensors beyond the 2 GB of a protobuf lie in `<file>_data`, `<file>_data_1`,
 * … or `<file>.data`.
 *
 * @param files paths relative to the folder, with `/`.
 * @returns null when there is none of that precision.
 */
export function onnxFilesOf(
  files: readonly string[],
  part: 'vision' | 'text' | 'audio',
  precision: 'fp32' | 'fp16',
): OnnxFiles | null {
  const ending = precision === 'fp16' ? '_fp16.onnx' : '.onnx';
  const candidates = [`onnx/${part}_model${ending}`, `onnx/model${ending}`, `model${ending}`];
  const path = candidates.find((candidate) => files.includes(candidate));
  if (path === undefined) return null;
  const dataFiles = files.filter(
    (file) => file.startsWith(path) && /^(?:_data(?:_\d+)?|\.data)$/.test(file.slice(path.length)),
  );
  return { path, isWhole: path !== candidates[0], dataFiles };
}
