import { join } from 'node:path';
import { z } from 'zod';
import { mediaShapes } from './checkpoint/checkpointInput.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { framesParam, inferenceParams, windowParam } from './inferenceParams.ts';
import { filesIn } from './modelSource/folderFiles.ts';
import type { OnnxFiles } from './modelSource/onnxFiles.ts';
import { resolveModel } from './modelSource/resolveModel.ts';
import { onnxEncoder } from './onnxEncoder.ts';
import { expectNothingAfter, onnxParts, promptFor } from './onnxParts.ts';
import { outputParam, poolingParam } from './pooling.ts';
import { placedTransformer, wantedFiles, weightsIn } from './pretrainedFiles.ts';
import { safetensorsEncoder } from './safetensorsEncoder.ts';
import { prompted } from './sentence/prompted.ts';
import { promptParam } from './sentence/prompts.ts';
import type { SentenceModel } from './sentence/sentenceModel.ts';

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
  prompt: promptParam,
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
    'A trained model from a folder or from the hub: CLIP, SigLIP, CLAP, sentence and protein models. Runs `onnx/*_model.onnx` (or `model.onnx`), or `model.safetensors` of a CLIP (names of Hugging Face, OpenAI or open_clip) or a SigLIP, or `open_clip_model.safetensors`; prepares items as `preprocessor_config.json` or `processor_config.json`, and `tokenizer.json` say. Sentence models are followed as their `modules.json` says: pooling, dense layers, normalisation, lengths, prompts.',
  accepts: ['image', 'text', 'audio', 'video', 'protein'],
  params,
  async load(given, context): Promise<Encoder> {
    const { signal, progress, baseFolder } = context;
    const source = await resolveModel(given.model, {
      baseFolder,
      ...(given.revision !== undefined && { revision: given.revision }),
      wanted: (files, folder) => wantedFiles({ name: given.model, folder, files }, given, context.content),
      signal,
      progress,
    });
    const { inner, sentence } = await placedTransformer(source.folder, source.files);
    const weights = await weightsIn(
      { name: given.model, folder: join(source.folder, inner), files: filesIn(source.files, inner) },
      given,
      context.content,
    );
    const name = source.revision === null ? source.name : `${source.name}@${source.revision.slice(0, 12)}`;
    const place: ModelPlace = { folder: source.folder, inner, name, sentence };
    return weights.kind === 'onnx'
      ? onnxPart(place, weights.files, given, context)
      : safetensorsPart(place, weights.files, given, context);
  },
});

interface ModelPlace {
  /** Absolute. */
  readonly folder: string;
  /** Where in it the files of the transformer are; empty for the folder itself. */
  readonly inner: string;
  readonly name: string;
  readonly sentence: SentenceModel | null;
}

async function onnxPart(
  { folder, inner, name, sentence }: ModelPlace,
  { path, isWhole }: OnnxFiles,
  given: Params,
  context: EncoderContext,
): Promise<Encoder> {
  const file = join(folder, inner, path);
  const ways = await onnxParts(folder, sentence, { ...given, modelFile: file, isWhole }, context);
  const encoder = await onnxEncoder(
    {
      file,
      summary: [
        name,
        path,
        ...ways.details,
        ...(given.precision === 'fp32' ? [] : [given.precision]),
        `on ${context.device}`,
      ].join(', '),
      preparation: ways.preparation,
      head: ways.head,
      batchSize: given.batchSize,
      wholeShapes: isWhole ? await mediaShapes(join(folder, inner)) : null,
    },
    context,
  );
  return prompted({ ...encoder, notes: [...(encoder.notes ?? []), ...ways.notes] }, ways.prompt);
}

async function safetensorsPart(
  { folder, inner, name, sentence }: ModelPlace,
  files: readonly string[],
  given: Params,
  context: EncoderContext,
): Promise<Encoder> {
  const encoder = await safetensorsEncoder({ ...given, folder: join(folder, inner), files, name }, context);
  if (sentence !== null) expectNothingAfter(folder, sentence, `${context.content} from safetensors`);
  const { prompt, notes } = promptFor(folder, sentence?.prompts ?? null, given.prompt, context);
  return prompted({ ...encoder, notes }, prompt);
}
