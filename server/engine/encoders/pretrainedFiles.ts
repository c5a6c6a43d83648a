import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import { weightFilesOf } from './checkpoint/weightFiles.ts';
import type { Precision } from './inferenceParams.ts';
import { onnxFilesOf, type OnnxFiles } from './modelSource/onnxFiles.ts';
import { moduleFiles, transformerFolder } from './sentence/sentenceFiles.ts';
import { readSentenceModel, type SentenceModel } from './sentence/sentenceModel.ts';

/** The files in a folder of those of a model, relative to it. */
export function filesIn(files: readonly string[], folder: string): readonly string[] {
  if (folder === '') return files;
  return files.flatMap((file) => (file.startsWith(`${folder}/`) ? [file.slice(folder.length + 1)] : []));
}

const parts = {
  image: 'vision',
  video: 'vision',
  text: 'text',
  protein: 'text',
  audio: 'audio',
  tensor: 'vision',
} as const;
const safetensors = 'model.safetensors';
/** What a CLIP and a SigLIP embed. */
const clipContents: readonly Content[] = ['image', 'video', 'text'];
/** What says how items are prepared, and what the model is. */
const descriptions = [
  'config.json',
  'open_clip_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
];

export interface WeightsAsked {
  readonly weights: 'auto' | 'onnx' | 'safetensors';
  readonly precision: Precision;
}

type Weights =
  | { readonly kind: 'onnx'; readonly files: OnnxFiles }
  | { readonly kind: 'safetensors'; readonly files: readonly string[] };

/**
 * The weights that an encoder of a content runs.
 *
 * @param files of the transformer, relative to its folder.
 * @throws InputError `model-weights` when none of the files can be used.
 */
export function chosenWeights(
  files: readonly string[],
  { weights, precision }: WeightsAsked,
  content: Content,
): Weights {
  const onnx = weights === 'safetensors' ? null : onnxFilesOf(files, parts[content], precision);
  if (onnx !== null) return { kind: 'onnx', files: onnx };
  const expectsClip = weights !== 'onnx' && clipContents.includes(content);
  const weightFiles = expectsClip ? weightFilesOf(files) : null;
  if (weightFiles !== null) return { kind: 'safetensors', files: weightFiles };
  const ending = precision === 'fp16' ? '_fp16.onnx' : '.onnx';
  const expected = [
    ...(weights === 'safetensors' && expectsClip
      ? []
      : [`onnx/${parts[content]}_model${ending}`, `onnx/model${ending}`]),
    ...(expectsClip ? [safetensors] : []),
  ];
  const found = files.filter((name) => /\.(onnx|safetensors|bin|pt|pth|h5|msgpack)$/.test(name));
  throw new InputError(
    'model-weights',
    `The model has no weights that can be used for ${content}: expected ${expected.join(', or ')}; found ${found.join(', ') || 'none'}`,
  );
}

/** The files of a model that an encoder of a content needs, of all that there are. */
export function wantedFiles(all: readonly string[], given: WeightsAsked, content: Content): string[] {
  const inner = transformerFolder(all);
  const files = filesIn(all, inner);
  const weights = chosenWeights(files, given, content);
  const ofWeights =
    weights.kind === 'onnx' ? [weights.files.path, ...weights.files.dataFiles] : weights.files;
  const ofTransformer = [...descriptions.filter((name) => files.includes(name)), ...ofWeights];
  return [...ofTransformer.map((file) => (inner === '' ? file : `${inner}/${file}`)), ...moduleFiles(all)];
}

/**
 * What a folder says of its modules, if it has any, and where in it the files of the transformer are; empty for the
 * folder itself.
 *
 * @param folder absolute.
 * @param files those in it, relative to it.
 * @throws InputError as `readSentenceModel`; `model-module` where the files are elsewhere than that says.
 */
export async function placedTransformer(
  folder: string,
  files: readonly string[],
): Promise<{ readonly inner: string; readonly sentence: SentenceModel | null }> {
  const inner = transformerFolder(files);
  const sentence = await readSentenceModel(folder);
  if (sentence === null || sentence.path === inner) return { inner, sentence };
  throw new InputError(
    'model-module',
    `${folder}: its modules.json says that the files of its transformer are in ${sentence.path || 'the folder itself'}, and they are in ${inner || 'the folder itself'}`,
  );
}
