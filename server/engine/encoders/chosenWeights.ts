import type { Content } from '../datasets/dataset.ts';
import { weightFilesOf } from './checkpoint/weightFiles.ts';
import type { Precision } from './inferenceParams.ts';
import { onnxFilesOf, type OnnxFiles } from './modelSource/onnxFiles.ts';

/** What exporters call the part of a model that embeds a content. */
export const partNames = {
  image: 'vision',
  video: 'vision',
  text: 'text',
  protein: 'text',
  audio: 'audio',
  tensor: 'vision',
} as const;
/** What a CLIP and a SigLIP embed. */
const clipContents: readonly Content[] = ['image', 'video', 'text'];

export interface WeightsAsked {
  /** The model as the configuration names it. */
  readonly model: string;
  readonly weights: 'auto' | 'onnx' | 'safetensors';
  readonly precision: Precision;
}

export type Weights =
  | { readonly kind: 'onnx'; readonly files: OnnxFiles }
  | { readonly kind: 'safetensors'; readonly files: readonly string[] };

type Choice = Pick<WeightsAsked, 'weights' | 'precision'>;

/**
 * The weights that an encoder of a content runs; null when none of the files can be used.
 *
 * @param files of the transformer, relative to its folder.
 */
export function chosenWeights(
  files: readonly string[],
  { weights, precision }: Choice,
  content: Content,
): Weights | null {
  const onnx = weights === 'safetensors' ? null : onnxFilesOf(files, partNames[content], precision);
  if (onnx !== null) return { kind: 'onnx', files: onnx };
  const weightFiles = takesSafetensors({ weights }, content) ? weightFilesOf(files) : null;
  return weightFiles === null ? null : { kind: 'safetensors', files: weightFiles };
}

/** Whether safetensors could be used for a content. */
export function takesSafetensors({ weights }: Pick<Choice, 'weights'>, content: Content): boolean {
  return weights !== 'onnx' && clipContents.includes(content);
}

/** The files of which `chosenWeights` takes the first that is there. */
export function expectedWeights({ weights, precision }: Choice, content: Content): string[] {
  const isClip = takesSafetensors({ weights }, content);
  const ending = precision === 'fp16' ? '_fp16.onnx' : '.onnx';
  return [
    ...(weights === 'safetensors' && isClip
      ? []
      : [`onnx/${partNames[content]}_model${ending}`, `onnx/model${ending}`]),
    ...(isClip ? ['model.safetensors'] : []),
  ];
}
