import { createHash } from 'node:crypto';
import type { ImageTarget } from '../../datasets/decodeImage.ts';
import type { IntensityWindow } from '../../datasets/intensityWindow.ts';
import type { Graph, ParameterValues } from '../../graph/graph.ts';
import type { Encoder, EncoderContext } from '../encoder.ts';
import type { Precision } from '../inferenceParams.ts';
import { imageInput } from '../inputs/imageInput.ts';
import type { Preparation } from '../inputs/preparation.ts';
import { videoInput } from '../inputs/videoInput.ts';
import { describeNetwork, networkDimension, startNetwork } from '../networkModel.ts';
import { openWeights, type TensorNames } from './checkpointWeights.ts';

export interface CheckpointOptions {
  /** The folder of the checkpoint, absolute. */
  readonly folder: string;
  /** The safetensors files in it that hold the weights, together. */
  readonly files: readonly string[];
  /** How reports call the model. */
  readonly name: string;
  readonly precision: Precision;
  readonly batchSize?: number | undefined;
  /** Frames taken of a video. */
  readonly frames?: number | undefined;
  /** For images of more than 8 bits. */
  readonly window?: IntensityWindow | undefined;
}

/** The part of a dual encoder that embeds a content. */
export interface TrainedPart {
  readonly title: string;
  readonly graph: Graph;
  readonly preparation: Preparation;
  /** What of the configuration the weights are read with; part of the fingerprint. */
  readonly identity: unknown;
  /** Changes to the weights after reading, in place. */
  readonly adapt?: (values: ParameterValues) => void;
}

/**
 * An encoder from the weights of a checkpoint, on a network of this program.
 *
 * @param tensors Has `logit_scale` as the first scalar, the logarithm of what cosines are multiplied by; none where the
 * part was saved alone.
 * @throws InputError as `openWeights`.
 */
export async function trainedNetwork(
  { title, graph, preparation, identity, adapt }: TrainedPart,
  tensors: TensorNames,
  { folder, files, name, precision, batchSize }: CheckpointOptions,
  { device, content, isInspection }: EncoderContext,
): Promise<Encoder> {
  const weights = await openWeights(folder, files, graph, tensors, content === 'text' ? 'text' : 'image');
  const hash = createHash('sha256').update(
    JSON.stringify([graph.name, identity, preparation.identity, precision]),
  );
  if (isInspection !== true) for (const fileHash of await weights.hashes()) hash.update(fileHash);
  const [logarithm] = weights.scalars;
  const logitScale = logarithm === undefined ? null : Math.exp(logarithm);
  const bias = weights.scalars[tensors.scalars.indexOf('logit_bias')];
  const learned = [
    ...(logitScale === null ? [] : [`logit scale ${logitScale.toFixed(2)}`]),
    ...(bias === undefined ? [] : [`logit bias ${bias.toFixed(2)}`]),
  ];
  return {
    ...preparation,
    batchSize: batchSize ?? null,
    fingerprint: hash.digest('hex'),
    summary: describeNetwork(`${name}, ${title}`, graph, { device, precision }, learned),
    logitScale,
    dimension: networkDimension(graph),
    async open() {
      const values = await weights.read();
      adapt?.(values);
      return startNetwork(graph, values, { name: `the ${title} of ${name}`, device, precision });
    },
  };
}

/** How images, or the frames of videos, become the input of a vision network. */
export function visionInput(
  target: ImageTarget,
  { frames, window }: Pick<CheckpointOptions, 'frames' | 'window'>,
  { content, signal }: Pick<EncoderContext, 'content' | 'signal'>,
): Preparation {
  if (content === 'video') return videoInput(target, frames, signal);
  return imageInput({ ...target, ...(window && { window }) });
}
