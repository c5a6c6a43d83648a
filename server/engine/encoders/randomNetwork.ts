import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Item } from '../datasets/dataset.ts';
import type { ImageTarget } from '../datasets/decodeImage.ts';
import type { Graph, ParameterValues } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import { initialParameters } from '../graph/initialParameters.ts';
import type { NetworkInput } from '../networks/network.ts';
import { networkGraph } from '../networks/network.ts';
import { chosenNetwork, networkSchema } from '../networks/networkSchema.ts';
import { Random } from '../numerics/random.ts';
import { InputError } from '../problems.ts';
import { byteTokens, byteVocabulary } from './byteTokenizer.ts';
import type { Encoder, EncoderContext, PreparedItem } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { loadGraphEmbedder } from './graphEmbedder.ts';
import { preparedImage, preparedText } from './preparedItems.ts';

const batchSize = 32;

/** How CLIP prepares images; torchvision's ResNets differ from it by a shift and scale of each channel only. */
const clipImages: Omit<ImageTarget, 'size'> = {
  resize: 'shortest-edge-then-centre-crop',
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** An encoder that has learned nothing: the cone effect alone (Liang et al. 2022). */
export const randomNetwork = defineEncoder({
  kind: 'random',
  title: 'Random network',
  description:
    'A network with freshly drawn weights. Without further parameters, a small vision transformer for images and a small CLIP text transformer for text, of the same dimension. Texts are read byte by byte.',
  accepts: ['image', 'text'],
  caveat: 'the weights are random: this shows the cone of the architecture, not of a trained model',
  params: z.strictObject({
    network: networkSchema
      .optional()
      .describe('The architecture; a small vit for images and a small clip-text for text unless given.'),
    seed: z
      .int()
      .min(0)
      .optional()
      .describe("Draws the weights from a seed of their own instead of from the run's."),
  }),
  async load({ network, seed }, context): Promise<Encoder> {
    const { definition, params } = chosenNetwork(
      network ?? networkSchema.parse({ kind: context.content === 'image' ? 'vit' : 'clip-text' }),
    );
    const input = definition.input(params);
    const prepare = preparation(input, definition.kind, context);
    const random = seed === undefined ? context.random : new Random(seed);
    const graph = networkGraph(definition, params);
    const values = initialParameters(graph, random.stream(context.modality));
    const embedder = await loadGraphEmbedder(graph, values, context.device);
    return {
      ...embedder,
      batchSize,
      fingerprint: fingerprint(graph, values, input.kind === 'tokens' ? 'bytes' : clipImages),
      summary: summary(definition.title, graph, embedder.dimension, context),
      prepare,
    };
  },
});

type Preparation = (item: Item) => Promise<PreparedItem>;

/**
 * How items become the network's input.
 *
 * @throws InputError `encoder-content` when the network does not take the modality's content, `encoder-input` when its
 * parameters leave no way to prepare it.
 */
function preparation(input: NetworkInput, kind: string, { modality, content }: EncoderContext): Preparation {
  const takes = input.kind === 'tokens' ? 'text' : 'image';
  if (takes !== content) {
    throw new InputError(
      'encoder-content',
      `The modality ${modality} is of ${content}, but a network of kind ${kind} takes ${takes}`,
    );
  }
  if (input.kind === 'tokens') {
    const { context, vocabulary } = input;
    if (vocabulary < byteVocabulary) {
      throw new InputError(
        'encoder-input',
        `The modality ${modality} is read byte by byte, which takes a vocabulary of ${byteVocabulary} or more, found ${vocabulary}`,
      );
    }
    return (item) => Promise.resolve(preparedText(item, (text) => byteTokens(text, context, vocabulary)));
  }
  const size = input.kind === 'image' ? input.size : Math.sqrt(input.length / 3);
  if (!Number.isInteger(size)) {
    throw new InputError(
      'encoder-input',
      `The modality ${modality} is of images, which take 3·size² inputs; ${input.kind === 'vector' ? input.length : size} is no such number`,
    );
  }
  return (item) => preparedImage(item, { ...clipImages, size });
}

/** SHA-256 of the graph, the weights and what happens before them. */
function fingerprint(
  { parameters, ...graph }: Graph,
  values: ParameterValues,
  preprocessing: 'bytes' | typeof clipImages,
): string {
  const constants = graph.constants.map((constant) => ({ ...constant, data: [...constant.data] }));
  const hash = createHash('sha256').update(JSON.stringify({ ...graph, constants, preprocessing }));
  for (const { name, shape } of parameters) {
    const { buffer, byteOffset, byteLength } = values.get(name)!;
    hash.update(JSON.stringify({ name, shape })).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

function summary(title: string, graph: Graph, dimension: number, { device }: EncoderContext): string {
  const count = graph.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
  return `${title}, random weights, ${(count / 1e6).toFixed(2)} M parameters, ${dimension} dimensions, on ${device}`;
}
