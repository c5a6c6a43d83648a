import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileRange } from '../engine/datasets/byteRange.ts';
import { contents } from '../engine/datasets/dataset.ts';
import { openRegularFile } from '../engine/datasets/regularFile.ts';
import { expectNoStandIns } from '../engine/datasets/standInFile.ts';
import { readImageTarget } from '../engine/encoders/checkpoint/imageProcessor.ts';
import { shownNotes, shownProblem } from '../engine/encoders/encoderProblem.ts';
import { embeddingOutput, likelyOutputs } from '../engine/encoders/embeddingOutput.ts';
import { imageParam, imageTarget } from '../engine/encoders/inputs/imageParam.ts';
import { checkInputTypes, pixelFormOf, pixelNotes } from '../engine/encoders/modelInputs.ts';
import { onnx, onnxWays, processorFolder } from '../engine/encoders/onnx.ts';
import { outputDimension, outputLength } from '../engine/encoders/outputDimension.ts';
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
export async function describeOnnxModel(params: Params): Promise<ModelDescription> {
  try {
    return await describe(params);
  } catch (error) {
    throw shownProblem(error, params.baseFolder);
  }
}

async function describe({ entry, content, baseFolder }: Params): Promise<ModelDescription> {
  const file = resolve(baseFolder, textOf(entry['path']) ?? '');
  const header = await readHeader(file);
  await expectDataFiles(file, header);
  const known = contents.find((candidate) => candidate === content);
  if (known !== undefined) checkInputTypes(file, header.inputs, known);
  return {
    architecture: architectureOf(header),
    parameters: header.parameters,
    size: header.bytes,
    dimension: await dimensionOf(file, header, { entry, content, baseFolder }),
    logitScale: null,
    isPresent: true,
    notes: shownNotes(
      [
        ...(known === 'image' || known === 'video'
          ? await pictureNotes(file, header, entry, known, baseFolder)
          : []),
        ...(isQuantisedByBatch(header.operators) ? [quantisedNote(file)] : []),
      ],
      baseFolder,
    ),
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
 * The columns of what a run would make of the output that it takes. Where it is not known what is embedded, those of the
 * outputs which would be taken of one thing or another, if they agree.
 */
async function dimensionOf(
  file: string,
  { outputs }: OnnxHeader,
  { entry, content, baseFolder }: Params,
): Promise<number | null> {
  const output = textOf(entry['output']);
  const known = contents.find((candidate) => candidate === content);
  if (known === undefined && output === undefined) {
    const dimensions = new Set(contents.flatMap((each) => chosenDimension(file, outputs, each) ?? []));
    return dimensions.size === 1 ? [...dimensions][0]! : null;
  }
  if (known === 'text' || known === 'protein' || known === 'audio') {
    const given = onnx.params.safeParse(
      Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'kind')),
    );
    // What the schema says against it is said elsewhere.
    if (!given.success) return null;
    const { signal } = new AbortController();
    const { head, sentence } = await onnxWays(file, given.data, {
      content: known,
      modality: known,
      baseFolder,
      signal,
    });
    return outputDimension(file, outputs, head, sentence);
  }
  const likely = known === undefined ? [] : likelyOutputs(known, alone);
  return outputLength(outputs, embeddingOutput(file, outputs, likely, output));
}

/** Null where a run on such items could not choose an output, or its length is open. */
function chosenDimension(
  file: string,
  outputs: OnnxHeader['outputs'],
  content: (typeof contents)[number],
): number | null {
  try {
    return outputLength(outputs, embeddingOutput(file, outputs, likelyOutputs(content, alone), undefined));
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
