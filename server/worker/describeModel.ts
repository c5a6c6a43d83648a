import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeFloats, safetensorsFloatTypes } from '../engine/datasets/floatTypes.ts';
import { openRegularFile } from '../engine/datasets/regularFile.ts';
import { expectNoStandIns } from '../engine/datasets/standInFile.ts';
import { readSafetensors, type SafetensorsEntry } from '../engine/datasets/safetensorsFile.ts';
import { contents, type Content } from '../engine/datasets/dataset.ts';
import { shownProblem } from '../engine/encoders/encoderProblem.ts';
import { onnxOutputsOf } from '../engine/encoders/checkpoint/onnxTextInputs.ts';
import { weightFilesOf } from '../engine/encoders/checkpoint/weightFiles.ts';
import { filesIn, folderFiles } from '../engine/encoders/modelSource/folderFiles.ts';
import { HubCache } from '../engine/encoders/modelSource/hubCache.ts';
import { isCommit } from '../engine/encoders/modelSource/hubFile.ts';
import { hubSettings } from '../engine/encoders/modelSource/hubSettings.ts';
import { locateModel } from '../engine/encoders/modelSource/modelReference.ts';
import { openClipConfigName } from '../engine/encoders/openClip/openClipConfig.ts';
import { onnxParts, promptFor, type OnnxParts } from '../engine/encoders/onnxParts.ts';
import { outputDimension } from '../engine/encoders/outputDimension.ts';
import { pretrained } from '../engine/encoders/pretrained.ts';
import { placedTransformer, weightsIn } from '../engine/encoders/pretrainedFiles.ts';
import { safetensorsEncoder } from '../engine/encoders/safetensorsEncoder.ts';
import { Random } from '../engine/numerics/random.ts';
import type { SentenceModel } from '../engine/encoders/sentence/sentenceModel.ts';
import { InputError } from '../engine/problems.ts';
import type { ModelDescription, WorkerContract } from '../protocol/worker.ts';

const length = z.int().positive().optional().catch(undefined);
const tower = z.object({ hidden_size: length, projection_size: length }).optional().catch(undefined);

/** What of a checkpoint's `config.json` is told; files that say something else are passed over. */
const configSchema = z.object({
  architectures: z.array(z.string()).optional().catch(undefined),
  model_type: z.string().optional().catch(undefined),
  projection_dim: length,
  hidden_size: length,
  text_config: tower,
  vision_config: tower,
  model_cfg: z.object({ embed_dim: length }).optional().catch(undefined),
});

const unknownModel: ModelDescription = {
  architecture: null,
  parameters: null,
  size: null,
  dimension: null,
  logitScale: null,
  isPresent: false,
};

type Params = WorkerContract['requests']['describeModel']['params'];

/**
 * What a trained model is, as far as its files on this machine tell: nothing is downloaded, no model is started.
 *
 * @throws InputError as `locateModel` and `folderFiles` do, and for weights that are no safetensors.
 */
export async function describeModel(params: Params): Promise<ModelDescription> {
  try {
    return await describe(params);
  } catch (error) {
    throw shownProblem(error, params.baseFolder);
  }
}

async function describe({ model, revision, content, given, baseFolder }: Params): Promise<ModelDescription> {
  const place = await locateModel(model, { baseFolder, revision: revision ?? undefined });
  const folder = place.kind === 'folder' ? place.folder : await cachedFolder(place.id, place.revision);
  if (folder === undefined) return unknownModel;
  const files = await folderFiles(folder);
  // Those of another library beside them are the same once more.
  const weights = weightFilesOf(files) ?? files.filter((name) => name.endsWith('.safetensors'));
  const sizes = await Promise.all(
    (weights.length > 0 ? weights : files.filter((name) => name.endsWith('.onnx'))).map(sizeIn(folder)),
  );
  const { inner, sentence } = await placedTransformer(folder, files);
  const config = await readConfig(join(folder, inner), 'config.json');
  const openClip = (await readConfig(join(folder, inner), openClipConfigName))?.model_cfg;
  const known = contents.find((candidate) => candidate === content) ?? null;
  const asked = pretrained.params.parse({ ...given, model });
  const told = await toldOf({ folder, files, inner, sentence }, asked, known).catch((error: unknown) => {
    // Of the files of a model from the hub, those are on this machine that an earlier run needed.
    const isPart = place.kind === 'hub' && error instanceof InputError && missingCodes.has(error.code);
    if (isPart) return nothingTold;
    throw error;
  });
  return {
    architecture:
      config?.architectures?.[0] ?? config?.model_type ?? (openClip === undefined ? null : 'open_clip'),
    size: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    // What is asked of the outputs, and what modules make of them, may have another dimension than the usual one.
    dimension:
      told.dimension ??
      (asked.output === undefined && sentence === null ? usualDimension(config, openClip) : null),
    ...(await readWeights(weights.map((name) => join(folder, name)))),
    ...(told.details.length > 0 && { details: told.details }),
    isPresent: true,
  };
}

/** With what an encoder is loaded only to hear what is wrong with its files. */
const inspection = {
  baseFolder: '.',
  random: new Random(0),
  device: 'cpu',
  progress: () => undefined,
  isInspection: true,
} as const;

const missingCodes: ReadonlySet<string> = new Set(['model-weights', 'checkpoint-file']);

interface ModelFiles {
  readonly folder: string;
  readonly files: readonly string[];
  readonly inner: string;
  readonly sentence: SentenceModel | null;
}

type Asked = z.output<typeof pretrained.params>;

/** What a run would do with items, and with what the model gives of them, as far as the files tell. */
interface Told {
  readonly details: readonly string[];
  readonly dimension: number | null;
}

const nothingTold: Told = { details: [], dimension: null };

async function toldOf(
  { folder, files, inner, sentence }: ModelFiles,
  asked: Asked,
  content: Content | null,
): Promise<Told> {
  if (content === null) return { details: [], dimension: sentence?.dimension ?? null };
  const ofTransformer = { name: asked.model, folder: join(folder, inner), files: filesIn(files, inner) };
  const weights = await weightsIn(ofTransformer, asked, content);
  const context = { content, modality: content, signal: new AbortController().signal };
  if (weights.kind === 'safetensors') {
    const { dimension = null } = await safetensorsEncoder(
      { ...asked, folder: join(folder, inner), files: weights.files, name: asked.model },
      { ...context, ...inspection },
    );
    const prompt = promptFor(folder, sentence?.prompts ?? null, asked.prompt, context);
    return { details: promptDetails(prompt), dimension };
  }
  const { path, isWhole } = weights.files;
  const modelFile = join(folder, inner, path);
  await expectNoStandIns([path, ...weights.files.dataFiles].map((name) => join(folder, inner, name)));
  const ways = await onnxParts(folder, sentence, { ...asked, modelFile, isWhole }, context);
  const outputs = await onnxOutputsOf(modelFile);
  const ofOutput = outputs === null ? [] : ways.head.choose(modelFile, outputs).details;
  return {
    details: [...(ways.details.length > 0 ? ways.details : ofOutput), ...promptDetails(ways)],
    dimension: outputs === null ? null : outputDimension(modelFile, outputs, ways.head, ways.sentence),
  };
}

function promptDetails({ prompt }: Pick<OnnxParts, 'prompt'>): string[] {
  if (prompt === null) return [];
  return [
    `prompt${prompt.name === null ? '' : ` ${prompt.name}`}: ${JSON.stringify(prompt.text.slice(0, 200))}`,
  ];
}

/** The dimension of the space that a model's configuration names; null where it does not, or has two. */
function usualDimension(
  config: z.output<typeof configSchema> | undefined,
  openClip: { readonly embed_dim?: number | undefined } | undefined,
): number | null {
  const {
    projection_dim: projection,
    hidden_size: hidden,
    text_config: text,
    vision_config: vision,
  } = config ?? {};
  const towers = [text?.projection_size ?? text?.hidden_size, vision?.hidden_size].filter(
    (each) => each !== undefined,
  );
  const shared = new Set(towers).size === 1 ? towers[0] : undefined;
  return projection ?? hidden ?? openClip?.embed_dim ?? shared ?? null;
}

/** The files of a model in the hub's cache; undefined where it was not downloaded yet. */
async function cachedFolder(id: string, revision: string): Promise<string | undefined> {
  const { cacheFolder } = await hubSettings({});
  const cache = new HubCache(cacheFolder, id);
  const commit = isCommit(revision) ? revision : await cache.readRef(revision);
  if (commit === undefined) return undefined;
  const folder = cache.snapshot(commit);
  const status = await stat(folder).catch(() => undefined);
  return status?.isDirectory() === true ? folder : undefined;
}

function sizeIn(folder: string): (name: string) => Promise<number> {
  return async (name) => (await stat(join(folder, name))).size;
}

async function readConfig(folder: string, name: string): Promise<z.output<typeof configSchema> | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '{}');
  try {
    return configSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function readWeights(
  files: readonly string[],
): Promise<Pick<ModelDescription, 'parameters' | 'logitScale'>> {
  let parameters = 0;
  let logitScale: number | null = null;
  for (const file of files) {
    const { handle, size } = await openRegularFile(file);
    try {
      const tensors = await readSafetensors(handle, file, size);
      for (const { shape } of tensors) parameters += shape.reduce((all, length) => all * length, 1);
      const scale = tensors.find(({ name }) => name === 'logit_scale');
      if (scale !== undefined) logitScale = await readLogitScale(scale);
    } finally {
      await handle.close();
    }
  }
  return { parameters: files.length === 0 ? null : parameters, logitScale };
}

/** Checkpoints hold its logarithm. */
async function readLogitScale({ type, bytes }: SafetensorsEntry): Promise<number | null> {
  const floatType = safetensorsFloatTypes[type];
  if (bytes.size !== floatType?.bytes) return null;
  const content = new Uint8Array(new ArrayBuffer(8), 0, floatType.bytes);
  await bytes.read(0, content);
  const value = new Float32Array(1);
  decodeFloats(floatType, content, value);
  const scale = Math.exp(value[0]!);
  return Number.isFinite(scale) ? scale : null;
}
