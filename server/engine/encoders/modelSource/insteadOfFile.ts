/** What to write where the file of a model is named as its folder. */
export function insteadOfFile(file: string): string {
  if (/\.onnx$/i.test(file))
    return `expected the folder of a model; write \`kind: onnx\` with \`path: ${file}\``;
  if (/\.safetensors$/i.test(file)) {
    const folder = file.replace(/[/\\]?[^/\\]+$/, '');
    return `expected the folder that it is in, with the files that say what the model is; write \`model: ${folder || '.'}\``;
  }
  if (/\.gguf$/i.test(file)) {
    return 'in the format of llama.cpp, which is not read; expected the folder of a model with safetensors or ONNX files';
  }
  return 'expected the folder of a model';
}
