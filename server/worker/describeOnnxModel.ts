import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileRange } from '../engine/datasets/byteRange.ts';
import { contents, type Content } from '../engine/datasets/dataset.ts';
import { openRegularFile } from '../engine/datasets/regularFile.ts';
import { expectNoStandIns } from '../engine/datasets/standInFile.ts';
import { readImageTarget } from '../engine/encoders/checkpoint/imageProcessor.ts';
import { embeddingAxes, embeddingOutput, likelyOutputs } from '../engine/encoders/embeddingOutput.ts';
import { imageParam, imageTarget } from '../engine/encoders/inputs/imageParam.ts';
import { checkInputTypes, pixelFormOf, pixelNotes } from '../engine/encoders/modelInputs.ts';
import { processorFolder } from '../engine/encoders/onnx.ts';
import { isQuantisedByBatch, quantisedNote } from '../engine/encoders/quantisedModel.ts';
import { readOnnxHeader, type OnnxHeader } from '../engine/graph/onnxHeader.ts';
import { InputError } from '../engine/problems.ts';
import type { ModelDescription, WorkerContract } from '../protocol/worker.ts';

/** Which of its last outputs is taken changes no dimension. */
const alone = { isWhole: true, poolsTexts: false };

type Params = WorkerContract['requests']['describeOnnxModel']['params'];

/**
 * What the model of an encoder of the kind `onnx` is, as far as its file tells: weights are not read, nothing is started.
 *
 * @throws InputError `file-unreadable` for no regular file, `model-unreadable` for one that is no ONNX model,
 * `model-external-data` when tensors of it lie in a file that is missing or outside of its own folder, `model-output` as
 * a run would.
 */
export async function describeOnnxModel({ entry, content, baseFolder }: Params): Promise<ModelDescription> {
  const file = resolve(baseFolder, textOf(entry['path']) ?? '');
  const header = await readHeader(file);
  await expectDataFiles(file, header);
  const known = contents.find((candidate) => candidate === content);
  if (known !== undefined) checkInputTypes(file, header.inputs, known);
  return {
    architecture: architectureOf(header),
    parameters: header.parameters,
    size: header.bytes,
    dimension: dimensionOf(file, header, textOf(entry['output']), known),
    logitScale: null,
    isPresent: true,
    notes: [
      ...(known === 'image' || known === 'video'
        ? await pictureNotes(file, header, entry, known, baseFolder)
        : []),
      ...(isQuantisedByBatch(header.operators) ? [quantisedNote(file)] : []),
    ],
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What a run says of how pictures go in, or refuses of it. What the schema says against `image` is said elsewhere. */
async function pictureNotes(
  file: string,
  { inputs }: OnnxHeader,
  entry: Params['entry'],
  content: 'image' | 'video',
  baseFolder: string,
): Promise<NonNullable<ModelDescription['notes']>> {
  const image = imageParam.optional().safeParse(entry['image']);
  if (!image.success) return [];
  const folder = processorFolder(file, { processor: textOf(entry['processor']) }, { baseFolder });
  const target = image.data === undefined ? await readImageTarget(folder) : imageTarget(image.data);
  return pixelNotes(file, pixelFormOf(file, inputs, content, target));
}

async function readHeader(file: string): Promise<OnnxHeader> {
  const { handle, size } = await openRegularFile(file);
  try {
    return await readOnnxHeader(
      fileRange(handle, file, 0, size),
      (found) =>
        new InputError('model-unreadable', `${file} is no ONNX model that can be read: it ${found}`, {
          file,
        }),
    );
  } finally {
    await handle.close();
  }
}

async function expectDataFiles(file: string, { dataFiles }: OnnxHeader): Promise<void> {
  const folder = dirname(file);
  for (const name of dataFiles) {
    const path = join(folder, name);
    const way = relative(folder, path);
    const isOutside = isAbsolute(name) || isAbsolute(way) || way.split(sep)[0] === '..';
    const status = isOutside ? undefined : await stat(path).catch(() => undefined);
    if (status?.isFile() === true) {
      await expectNoStandIns([path]);
      continue;
    }
    throw new InputError(
      'model-external-data',
      `${file} keeps tensors in ${JSON.stringify(name)}, which ${isOutside ? 'is outside of its folder' : 'is not there'}; expected a file in ${folder}`,
      { file },
    );
  }
}

/** As `main_graph, opset 17, by pytorch`. */
function architectureOf({ graph, opset, producer }: OnnxHeader): string | null {
  const parts = [
    ...(graph === '' ? [] : [graph]),
    ...(opset === null ? [] : [`opset ${opset}`]),
    ...(producer === '' ? [] : [`by ${producer}`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

/**
 * The last axis of the output that a run would take. Where it is not known what is embedded, that of the outputs which
 * would be taken of one thing or another, if they agree.
 */
function dimensionOf(
  file: string,
  { outputs }: OnnxHeader,
  output: string | undefined,
  known: Content | undefined,
): number | null {
  if (known === undefined && output === undefined) {
    const dimensions = new Set(contents.flatMap((each) => chosenDimension(file, outputs, each) ?? []));
    return dimensions.size === 1 ? [...dimensions][0]! : null;
  }
  const likely = known === undefined ? [] : likelyOutputs(known, alone);
  return lastLength(outputs, embeddingOutput(file, outputs, likely, output));
}

/** Null where a run on such items could not choose an output, or its length is open. */
function chosenDimension(
  file: string,
  outputs: OnnxHeader['outputs'],
  content: (typeof contents)[number],
): number | null {
  try {
    return lastLength(outputs, embeddingOutput(file, outputs, likelyOutputs(content, alone), undefined));
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** The dimension of its embeddings; null where the model leaves it open. */
function lastLength(outputs: OnnxHeader['outputs'], name: string): number | null {
  const { shape } = outputs.find((output) => output.name === name)!;
  const axes = shape.slice(1);
  if (axes.some((length) => typeof length !== 'number')) {
    const last = shape.length === 2 || shape.length === 3 ? shape.at(-1) : undefined;
    return typeof last === 'number' && last > 1 ? last : null;
  }
  return embeddingAxes(axes as number[], null).at(-1) ?? null;
}
