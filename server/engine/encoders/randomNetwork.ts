import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Graph } from '../graph/graph.ts';
import { initialParameters } from '../graph/initialParameters.ts';
import type { NetworkInput } from '../networks/network.ts';
import { networkGraph } from '../networks/network.ts';
import { chosenNetwork, networkSchema } from '../networks/networkSchema.ts';
import { Random } from '../numerics/random.ts';
import { InputError } from '../problems.ts';
import { byteVocabulary } from './byteTokenizer.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { framesParam, inferenceParams } from './inferenceParams.ts';
import { byteInput } from './inputs/byteInput.ts';
import { flattened } from './inputs/flattened.ts';
import { imageInput } from './inputs/imageInput.ts';
import { imageTarget } from './inputs/imageParam.ts';
import type { Preparation } from './inputs/preparation.ts';
import { videoInput } from './inputs/videoInput.ts';
import { describeNetwork, startNetwork } from './networkModel.ts';

/** An encoder that has learned nothing: the cone effect alone (Liang et al. 2022). */
export const randomNetwork = defineEncoder({
  kind: 'random',
  title: 'Random network',
  description:
    'A network with freshly drawn weights. Without further parameters, a small vision transformer for images and videos and a small CLIP text transformer for texts and proteins, of the same dimension. Texts are read byte by byte.',
  accepts: ['image', 'text', 'video', 'protein'],
  caveat: 'the weights are random: this shows the cone of the architecture, not of a trained model',
  params: z.strictObject({
    network: networkSchema
      .optional()
      .describe(
        'The architecture; a small vit for images and videos and a small clip-text for texts and proteins unless given.',
      ),
    seed: z
      .int()
      .min(0)
      .optional()
      .describe("Draws the weights from a seed of their own instead of from the run's."),
    frames: framesParam,
    ...inferenceParams,
  }),
  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown here rejects
  async load({ network, seed, frames, precision, batchSize }, context): Promise<Encoder> {
    const { definition, params } = chosenNetwork(
      network ?? networkSchema.parse({ kind: isVisual(context) ? 'vit' : 'clip-text' }),
    );
    const preparation = preparationOf(definition.input(params), definition.kind, frames, context);
    const random = (seed === undefined ? context.random : new Random(seed)).stream(context.modality);
    const graph = networkGraph(definition, params);
    const { device } = context;
    return {
      ...preparation,
      batchSize: batchSize ?? null,
      fingerprint: fingerprint(graph, random, [preparation.identity, precision]),
      summary: describeNetwork(definition.title, graph, { device, precision }, ['random weights']),
      logitScale: null,
      open: () =>
        startNetwork(graph, initialParameters(graph, random), {
          name: `the random network of ${context.modality}`,
          device,
          precision,
        }),
    };
  },
});

function isVisual({ content }: EncoderContext): boolean {
  return content === 'image' || content === 'video';
}

/**
 * How items become the network's input.
 *
 * @throws InputError `encoder-content` when the network does not take the modality's content, `encoder-input` when its
 * parameters leave no way to prepare it.
 */
function preparationOf(
  input: NetworkInput,
  kind: string,
  frames: number | undefined,
  context: EncoderContext,
): Preparation {
  const { modality, content } = context;
  if ((input.kind === 'tokens') === isVisual(context)) {
    throw new InputError(
      'encoder-content',
      `The modality ${modality} is of ${content}, but a network of kind ${kind} takes ${input.kind === 'tokens' ? 'text' : 'image'}`,
    );
  }
  if (input.kind === 'tokens') {
    const { context: length, vocabulary } = input;
    if (vocabulary < byteVocabulary) {
      throw new InputError(
        'encoder-input',
        `The modality ${modality} is read byte by byte, which takes a vocabulary of ${byteVocabulary} or more, found ${vocabulary}`,
      );
    }
    return byteInput(length, vocabulary);
  }
  const size = input.kind === 'image' ? input.size : Math.sqrt(input.length / 3);
  if (!Number.isInteger(size)) {
    throw new InputError(
      'encoder-input',
      `The modality ${modality} is of images, which take 3·size² inputs; ${input.kind === 'vector' ? input.length : size} is no such number`,
    );
  }
  const target = imageTarget({ height: size, width: size });
  const preparation = content === 'video' ? videoInput(target, frames, context.signal) : imageInput(target);
  return input.kind === 'image' ? preparation : flattened(preparation, input.length);
}

/** SHA-256 of the graph, of what determines the draws of its weights, and of what happens before it. */
function fingerprint(graph: Graph, random: Random, around: unknown): string {
  const constants = graph.constants.map((constant) => ({ ...constant, data: [...constant.data] }));
  const identity = { ...graph, constants, draws: [Random.algorithm, random.path], around };
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
