import { networkGraph } from '../../networks/network.ts';
import { siglipText } from '../../networks/siglipText.ts';
import { siglipVision } from '../../networks/siglipVision.ts';
import type { TensorNames } from '../checkpoint/checkpointWeights.ts';
import { readImageTarget } from '../checkpoint/imageProcessor.ts';
import { readTextTokenizer } from '../checkpoint/textTokenizer.ts';
import type { CheckpointOptions, TrainedPart } from '../checkpoint/trainedNetwork.ts';
import { trainedNetwork, visionInput } from '../checkpoint/trainedNetwork.ts';
import type { Encoder, EncoderContext } from '../encoder.ts';
import { textInput } from '../inputs/textInput.ts';
import { readSiglipConfig, type SiglipConfig } from './siglipConfig.ts';

/** The tensors of SigLIP: the networks have Hugging Face's names. */
const siglipTensors: TensorNames = {
  model: 'SigLIP',
  scalars: ['logit_scale', 'logit_bias'],
  part(name) {
    if (/^(logit_scale|logit_bias|(vision|text)_model\.embeddings\.position_ids)$/.test(name))
      return 'neither';
    if (name.startsWith('vision_model.')) return 'image';
    return name.startsWith('text_model.') ? 'text' : 'unknown';
  },
  sources: () => (parameter) => ({ names: [parameter], transposed: false }),
};

/**
 * A trained SigLIP (Zhai et al. 2023) from safetensors, on the networks of this program: images and videos go through
 * its vision transformer, texts, padded to the full length as in training, through its text transformer.
 *
 * @throws InputError for files that are missing or do not fit one another.
 */
export async function siglipEncoder(options: CheckpointOptions, context: EncoderContext): Promise<Encoder> {
  const config = await readSiglipConfig(options.folder);
  const part =
    context.content === 'text'
      ? await textPart(options.folder, config)
      : await visionPart(options, config, context);
  return trainedNetwork(
    part,
    { ...siglipTensors, scalars: config.isWhole ? siglipTensors.scalars : [] },
    options,
    context,
  );
}

async function visionPart(
  options: CheckpointOptions,
  { vision }: SiglipConfig,
  context: EncoderContext,
): Promise<TrainedPart> {
  const size = { height: vision.imageSize, width: vision.imageSize };
  return {
    title: 'SigLIP vision transformer',
    graph: networkGraph(siglipVision, vision),
    preparation: visionInput(await readImageTarget(options.folder, size), options, context),
    identity: vision,
  };
}

async function textPart(folder: string, { text }: SiglipConfig): Promise<TrainedPart> {
  const { context: length, vocabulary } = text;
  const tokenizer = await readTextTokenizer(folder, { length, takesMask: false }, vocabulary);
  return {
    title: 'SigLIP text transformer',
    graph: networkGraph(siglipText, text),
    preparation: textInput(tokenizer),
    identity: text,
  };
}
