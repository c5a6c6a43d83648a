import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Graph, ParameterValues } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import { clipText } from '../networks/clipText.ts';
import { networkGraph } from '../networks/network.ts';
import { vit } from '../networks/vit.ts';
import { InputError } from '../problems.ts';
import { readClipConfig, type ClipConfig } from './clip/clipConfig.ts';
import { readClipTokenizer, type ClipTokenizer } from './clip/clipTokenizer.ts';
import { readClipWeights } from './clip/clipWeights.ts';
import { readImagePreprocessing } from './clip/imagePreprocessing.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { defineEncoder } from './encoder.ts';
import { loadGraphEmbedder } from './graphEmbedder.ts';
import { preparedImage, preparedText } from './preparedItems.ts';

const batchSize = 32;

/** A trained CLIP (Radford et al. 2021) in the layout in which Hugging Face's transformers saves it. */
export const clip = defineEncoder({
  kind: 'clip',
  title: 'CLIP checkpoint',
  description:
    'A trained CLIP from a folder in Hugging Face’s layout: `model.safetensors` (with the names of Hugging Face, OpenAI or open_clip), `config.json`, and `preprocessor_config.json` for images or `tokenizer.json` for texts. Images go through its vision transformer, texts through its text transformer. Nothing is downloaded.',
  accepts: ['image', 'text'],
  params: z.strictObject({
    path: z.string().min(1).describe('The folder of the checkpoint.'),
  }),
  async load({ path }, context): Promise<Encoder> {
    const folder = resolve(context.baseFolder, path);
    const config = await readClipConfig(folder);
    return context.content === 'image'
      ? loadImagePart(folder, config, context)
      : loadTextPart(folder, config, context);
  },
});

async function loadImagePart(folder: string, config: ClipConfig, context: EncoderContext): Promise<Encoder> {
  const target = await readImagePreprocessing(folder, config.vision.imageSize);
  const graph = networkGraph(vit, config.vision);
  const { values, logitScale } = await readClipWeights(folder, graph, 'image');
  const identity = await fingerprint(folder, { part: 'image', network: config.vision, target });
  return {
    ...(await loadGraphEmbedder(graph, values, context.device)),
    batchSize,
    fingerprint: identity,
    summary: summary('CLIP vision transformer', graph, logitScale, context),
    prepare: (item) => preparedImage(item, target),
  };
}

async function loadTextPart(folder: string, config: ClipConfig, context: EncoderContext): Promise<Encoder> {
  const { context: length, vocabulary, width } = config.text;
  const tokenizer = await readClipTokenizer(folder, length, vocabulary);
  checkEndToken(config, tokenizer);
  const graph = networkGraph(clipText, config.text);
  const { values, logitScale } = await readClipWeights(folder, graph, 'text');
  const end = config.endToken ?? vocabulary - 1;
  exchangeRows(values, 'token_embedding.weight', width, end, vocabulary - 1);
  const identity = await fingerprint(folder, {
    part: 'text',
    network: config.text,
    endToken: config.endToken,
    tokenizer: tokenizer.source,
  });
  return {
    ...(await loadGraphEmbedder(graph, values, context.device)),
    batchSize,
    fingerprint: identity,
    summary: summary('CLIP text transformer', graph, logitScale, context),
    prepare: (item) =>
      Promise.resolve(
        preparedText(item, (text) => exchangeTokens(tokenizer.tokens(text), end, vocabulary - 1)),
      ),
  };
}

function checkEndToken({ file, endToken }: ClipConfig, tokenizer: ClipTokenizer): void {
  if (endToken === null || endToken === tokenizer.endToken) return;
  throw new InputError(
    'checkpoint-tokenizer',
    `${file}: text_config.eos_token_id is ${endToken}, but tokenizer.json ends texts with the token ${tokenizer.endToken}`,
    { file },
  );
}

/** The network embeds a text where its highest token is: the end changes numbers with the highest one. */
function exchangeTokens(tokens: Int32Array, a: number, b: number): Int32Array {
  return tokens.map((token) => (token === a ? b : token === b ? a : token));
}

function exchangeRows(values: ParameterValues, name: string, width: number, a: number, b: number): void {
  const all = values.get(name)!;
  const rowA = all.slice(a * width, (a + 1) * width);
  all.copyWithin(a * width, b * width, (b + 1) * width);
  all.set(rowA, b * width);
}

/** SHA-256 of the weights' file and of what happens around the weights. */
async function fingerprint(folder: string, around: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(around));
  for await (const chunk of createReadStream(join(folder, 'model.safetensors'))) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function summary(title: string, graph: Graph, logitScale: number, { device }: EncoderContext): string {
  const count = graph.parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
  const dimension = Number(graph.outputs[0]!.tensor.shape[1]);
  return `${title}, ${(count / 1e6).toFixed(2)} M parameters, ${dimension} dimensions, logit scale ${logitScale.toFixed(2)}, on ${device}`;
}
