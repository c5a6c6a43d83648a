/** The command that exports a model to ONNX, to where it is looked for. */
export function onnxExport(name: string): string {
  return `optimum-cli export onnx --model ${name} ${name}/onnx`;
}

/** The line of Python that makes the `tokenizer.json` of a folder that has the files of a tokenizer of another kind. */
export function tokenizerConversion(from: string, to = from): string {
  return `from transformers import AutoTokenizer; AutoTokenizer.from_pretrained(${JSON.stringify(from)}, use_fast=True).save_pretrained(${JSON.stringify(to)})`;
}

export interface ConversionOptions {
  /** Whether the files are here. */
  readonly isLocal: boolean;
  /** Whether a `config.json` says what the model is. */
  readonly isDescribed: boolean;
}

/**
 * What makes safetensors of pickled weights, as a sentence with the lines of Python: they load numbers alone.
 *
 * @param pickles Names in the folder that `name` calls.
 */
export function weightsConversion(
  name: string,
  pickles: readonly string[],
  { isLocal, isDescribed }: ConversionOptions,
): string {
  const folder = isLocal ? name : `./${name.split('/').at(-1)!}`;
  const parts = pickles.filter((file) => /^pytorch_model-\d{5}-of-\d{5}\.bin$/.test(file));
  const file = likeliest(pickles);
  const target = isDescribed ? 'model.safetensors' : 'open_clip_model.safetensors';
  const at = (path: string): string => JSON.stringify(`${folder}/${path}`);
  const load = (path: string): string => `torch.load(${path}, map_location="cpu", weights_only=True)`;
  const isTraining = parts.length === 0 && !file.endsWith('.bin');
  const lines = [
    ...(isLocal
      ? []
      : [
          `from huggingface_hub import snapshot_download; snapshot_download(${JSON.stringify(name)}, local_dir=${JSON.stringify(folder)})`,
        ]),
    'import torch; from safetensors.torch import save_file',
    parts.length > 1
      ? `from glob import glob; w = {k: t for f in glob(${at('pytorch_model-*.bin')}) for k, t in ${load('f')}.items()}`
      : `w = ${load(at(file))}`,
    ...(isTraining ? ['w = w.get("state_dict", w)'] : []),
    `save_file({${isTraining ? 'k.removeprefix("module.")' : 'k'}: t.clone().contiguous() for k, t in w.items()}, ${at(target)})`,
  ];
  const after = isLocal ? '' : `, and name the folder: \`model: ${folder}\``;
  const description = isDescribed ? '' : `; the open_clip_config.json of the model has to be beside it`;
  return `make safetensors of ${parts.length > 1 ? 'them' : file} with Python: \`${lines.join('; ')}\`${after}${description}`;
}

/** Of several pickles the one that likely holds the weights: of a training, the last. */
function likeliest(pickles: readonly string[]): string {
  const inOrder = [...pickles].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const names = [/^(open_clip_)?pytorch_model\.bin$/, /\.bin$/, /^(best|last|final)\b/, /./];
  const patterns = names.map((name) => inOrder.findLast((pickle) => name.test(pickle)));
  return patterns.find((found) => found !== undefined)!;
}
