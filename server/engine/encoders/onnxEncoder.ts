import { createHash } from 'node:crypto';
import { expectNoStandIns } from '../datasets/standInFile.ts';
import type { ModelProcess } from '../runtime/modelProcess.ts';
import { startModel } from '../runtime/modelProcess.ts';
import type { EmbeddingHead } from './embeddingHead.ts';
import type { EmbeddingModel, Encoder, EncoderContext } from './encoder.ts';
import type { Preparation } from './inputs/preparation.ts';
import { measureLogitScale } from './logitScale.ts';
import { modelHeader } from './checkpoint/modelHeader.ts';
import { checkInputTypes } from './modelInputs.ts';
import { isQuantisedByBatch, quantisedNote } from './quantisedModel.ts';
import { dataFilesOf } from './modelSource/dataFiles.ts';
import { fileHash } from './modelSource/fileHash.ts';
import { processModel, type InputShapes } from './processModel.ts';

export interface OnnxEncoderOptions {
  /** Absolute. */
  readonly file: string;
  /** One line for the report. */
  readonly summary: string;
  readonly preparation: Preparation;
  readonly head: EmbeddingHead;
  readonly batchSize: number | undefined;
  /**
   * For a model that may be one of two modalities, which is started at once and asked for its logit scale: what it takes
   * of images or sounds, where it leaves lengths open. Null for one that is of one modality.
   */
  readonly wholeShapes: InputShapes | null;
}

/**
 * An encoder that is an ONNX model.
 *
 * @throws InputError `model-missing` when a file cannot be read; `model-inputs` for types that nothing is given in; those
 * of `startModel` for a model that may be whole; as `expectNoStandIns`.
 */
export async function onnxEncoder(
  { file, summary, preparation, head, batchSize, wholeShapes }: OnnxEncoderOptions,
  { content, device, signal }: EncoderContext,
): Promise<Encoder> {
  const header = await modelHeader(file);
  if (header !== null) checkInputTypes(file, header.inputs, content);
  const isQuantised = header !== null && isQuantisedByBatch(header.operators);
  // Whoever asks for batches of one may have a model that takes no others.
  const isAlone = isQuantised || batchSize === 1;
  // What a device makes of a row in another batch is not held to the bit.
  const independence = isAlone ? 'alone' : device === 'cpu' ? 'probed' : 'known';
  const identity = createHash('sha256').update(
    JSON.stringify([content, preparation.identity, head.identity, isAlone]),
  );
  const files = [file, ...(await dataFilesOf(file))];
  await expectNoStandIns(files);
  for (const path of files) identity.update(await fileHash(path));
  const start = (): Promise<ModelProcess> => startModel(file, { name: file, device, signal });
  const logitScale = wholeShapes && (await scaleOf(start, wholeShapes));
  return {
    ...preparation,
    notes: [...(preparation.notes ?? []), ...(isQuantised ? [quantisedNote(file)] : [])],
    batchSize: batchSize ?? null,
    fingerprint: identity.digest('hex'),
    summary: logitScale === null ? summary : `${summary}, logit scale ${logitScale}`,
    logitScale,
    async open(): Promise<EmbeddingModel> {
      const process = await start();
      try {
        const { output, pool, finish } = head.choose(file, process.outputs);
        const otherShapes = wholeShapes ?? {};
        const model = processModel(process, { name: file, output, pool, otherShapes, independence });
        if (finish === null) return model;
        return {
          embed: async (items) => finish(await model.embed(items)),
          // Found out while embedding.
          get dependsOnBatch() {
            return model.dependsOnBatch === true;
          },
          dispose: () => model.dispose(),
        };
      } catch (error) {
        await process.kill();
        throw error;
      }
    },
  };
}

async function scaleOf(start: () => Promise<ModelProcess>, wholeShapes: InputShapes): Promise<number | null> {
  const process = await start();
  try {
    return await measureLogitScale(process, wholeShapes);
  } finally {
    await process.kill();
  }
}
