import { clipText } from '../../networks/clipText.ts';
import { networkGraph } from '../../networks/network.ts';
import { vit } from '../../networks/vit.ts';
import { InputError } from '../../problems.ts';
import type { CheckpointTokenizer } from '../checkpoint/checkpointTokenizer.ts';
import { readTokenizer } from '../checkpoint/checkpointTokenizer.ts';
import { readImageTarget } from '../checkpoint/imageProcessor.ts';
import type { CheckpointOptions, TrainedPart } from '../checkpoint/trainedNetwork.ts';
import { trainedNetwork, visionInput } from '../checkpoint/trainedNetwork.ts';
import type { Encoder, EncoderContext } from '../encoder.ts';
import { textInput } from '../inputs/textInput.ts';
import { clipTensors } from './checkpointNames.ts';
import { readClipConfig, type ClipConfig } from './clipConfig.ts';

/**
 * A trained CLIP (Radford et al. 2021) from safetensors, on the networks of this program: images and videos go through
 * its vision transformer, texts through its text transformer.
 *
 * @throws InputError for files that are missing or do not fit one another.
 */
export async function clipEncoder(options: CheckpointOptions, context: EncoderContext): Promise<Encoder> {
  const config = await readClipConfig(options.folder);
  const part =
    context.content === 'text'
      ? await textPart(options.folder, config)
      : await visionPart(options, config, context);
  return trainedNetwork(
    part,
    { ...clipTensors, scalars: config.isWhole ? clipTensors.scalars : [] },
    options,
    context,
  );
}

async function visionPart(
  options: CheckpointOptions,
  { vision }: ClipConfig,
  context: EncoderContext,
): Promise<TrainedPart> {
  const size = { height: vision.imageSize, width: vision.imageSize };
  return {
    title: 'CLIP vision transformer',
    graph: networkGraph(vit, vision),
    preparation: visionInput(await readImageTarget(options.folder, size), options, context),
    identity: vision,
  };
}

async function textPart(folder: string, config: ClipConfig): Promise<TrainedPart> {
  const { context, vocabulary } = config.text;
  const tokenizer = await readTokenizer(folder, { length: context, padding: 'full', vocabulary });
  checkEndToken(config, tokenizer);
  return clipTextPart(config.text, config.endToken, tokenizer);
}

/**
 * CLIP's text transformer. The network embeds a text where its highest token is, so another end token changes numbers with
 * the highest one, in the texts and in the table of embeddings.
 *
 * @param endToken as in `ClipConfig`.
 */
export function clipTextPart(
  params: ClipConfig['text'],
  endToken: number | null,
  tokenizer: CheckpointTokenizer,
): TrainedPart {
  const { vocabulary, width } = params;
  const highest = vocabulary - 1;
  const end = endToken ?? highest;
  const texts = textInput(tokenizer);
  return {
    title: 'CLIP text transformer',
    graph: networkGraph(clipText, params),
    preparation: {
      ...texts,
      async prepare(item) {
        const { inputs, isTruncated } = await texts.prepare(item);
        const { shape, data } = inputs['input_ids']!;
        const ids = (data as Int32Array).map((id) => (id === end ? highest : id === highest ? end : id));
        return { inputs: { input_ids: { shape, data: ids } }, isTruncated };
      },
    },
    identity: [params, endToken],
    adapt(values) {
      exchangeRows(values.get('token_embedding.weight')!, width, end, highest);
    },
  };
}

function checkEndToken({ file, endToken }: ClipConfig, { prefix, suffix }: CheckpointTokenizer): void {
  const problem = (message: string): InputError =>
    new InputError('checkpoint-tokenizer', `${file}: ${message}`, { file });
  if (prefix.length !== 1 || suffix.length !== 1) {
    throw problem(
      `tokenizer.json puts ${prefix.length} tokens before and ${suffix.length} after a text, expected a start and an end`,
    );
  }
  if (endToken !== null && endToken !== suffix[0]) {
    throw problem(
      `text_config.eos_token_id is ${endToken}, but tokenizer.json ends texts with the token ${suffix[0]}`,
    );
  }
}

function exchangeRows(all: Float32Array, width: number, a: number, b: number): void {
  const rowA = all.slice(a * width, (a + 1) * width);
  all.copyWithin(a * width, b * width, (b + 1) * width);
  all.set(rowA, b * width);
}
