import { join } from 'node:path';
import { z } from 'zod';
import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import { checkpointInput, mediaShapes } from './checkpoint/checkpointInput.ts';
import { weightFilesOf } from './checkpoint/weightFiles.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { framesParam, inferenceParams, windowParam, type Precision } from './inferenceParams.ts';
import { onnxFilesOf, type OnnxFiles } from './modelSource/onnxFiles.ts';
import { resolveModel, type ResolvedModel } from './modelSource/resolveModel.ts';
import { onnxEncoder } from './onnxEncoder.ts';
import { outputParam, poolingParam } from './pooling.ts';
import { safetensorsEncoder } from './safetensorsEncoder.ts';

const params = z.strictObject({
  model: z
    .string()
    .min(1)
    .describe(
      'A folder in Hugging Face’s layout, or the name of a model on the hub as `owner/name`, which is downloaded once, into the cache that Python uses too.',
    ),
  revision: z
    .string()
    .min(1)
    .optional()
    .describe('For the hub: a branch, a tag, or, to pin the model, a commit. `main` unless given.'),
  weights: z
    .enum(['auto', 'onnx', 'safetensors'])
    .default('auto')
    .describe(
      '`onnx` runs the exported model in `onnx/`; `safetensors` loads `model.safetensors`, also in parts, of a CLIP or SigLIP, or `open_clip_model.safetensors`, into the networks of this program; `auto` takes the first that is there.',
    ),
  output: outputParam,
  pooling: poolingParam,
  frames: framesParam,
  window: windowParam,
  ...inferenceParams,
});

type Params = z.output<typeof params>;

/** A trained model, by its folder or its name on the hub. */
export const pretrained = defineEncoder({
  kind: 'pretrained',
  title: 'Pretrained model',
  description:
    'A trained model from a folder or from the hub: CLIP, SigLIP, CLAP, sentence and protein models. Runs `onnx/*_model.onnx` (or `model.onnx`), or `model.safetensors` of a CLIP (names of Hugging Face, OpenAI or open_clip) or a SigLIP, or `open_clip_model.safetensors`; prepares items as `preprocessor_config.json` or `processor_config.json`, and `tokenizer.json` say.',
  accepts: ['image', 'text', 'audio', 'video', 'protein'],
  params,
  async load(given, context): Promise<Encoder> {
    const { signal, progress, baseFolder } = context;
    const source = await resolveModel(given.model, {
      baseFolder,
      ...(given.revision !== undefined && { revision: given.revision }),
      wanted: (files) => wantedFiles(files, given, context.content),
      signal,
      progress,
    });
    const weights = chosenWeights(source.files, given, context.content);
    const name = source.revision === null ? source.name : `${source.name}@${source.revision.slice(0, 12)}`;
    return weights.kind === 'onnx'
      ? onnxPart(source, name, weights.files, given, context)
      : safetensorsEncoder({ ...given, folder: source.folder, files: weights.files, name }, context);
  },
});

async function onnxPart(
  { folder }: ResolvedModel,
  name: string,
  { path, isWhole }: OnnxFiles,
  given: Params,
  context: EncoderContext,
): Promise<Encoder> {
  return onnxEncoder(
    {
      file: join(folder, path),
      summary: [
        name,
        path,
        ...(given.precision === 'fp32' ? [] : [given.precision]),
        `on ${context.device}`,
      ].join(', '),
      preparation: await checkpointInput(folder, { ...given, modelFile: join(folder, path) }, context),
      output: given.output,
      pooling: given.pooling,
      batchSize: given.batchSize,
      wholeShapes: isWhole ? await mediaShapes(folder) : null,
    },
    context,
  );
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

type Weights =
  | { readonly kind: 'onnx'; readonly files: OnnxFiles }
  | { readonly kind: 'safetensors'; readonly files: readonly string[] };

/** @throws InputError `model-weights` when none of the files can be used. */
function chosenWeights(
  files: readonly string[],
  { weights, precision }: { readonly weights: Params['weights']; readonly precision: Precision },
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

function wantedFiles(files: readonly string[], given: Params, content: Content): string[] {
  const weights = chosenWeights(files, given, content);
  const ofWeights =
    weights.kind === 'onnx' ? [weights.files.path, ...weights.files.dataFiles] : weights.files;
  return [...descriptions.filter((name) => files.includes(name)), ...ofWeights];
}
