import { siglipText } from '../../networks/siglipText.ts';
import { siglipVision } from '../../networks/siglipVision.ts';
import { networkGraph } from '../../networks/network.ts';
import { vit } from '../../networks/vit.ts';
import { InputError } from '../../problems.ts';
import { tensorShapes } from '../checkpoint/checkpointWeights.ts';
import type { CheckpointOptions, TrainedPart } from '../checkpoint/trainedNetwork.ts';
import { trainedNetwork, visionInput } from '../checkpoint/trainedNetwork.ts';
import { clipTextPart } from '../clip/clipEncoder.ts';
import type { Encoder, EncoderContext } from '../encoder.ts';
import { textInput } from '../inputs/textInput.ts';
import { openClipText, openClipVision, readOpenClipConfig, type OpenClipConfig } from './openClipConfig.ts';
import { openClipImageTarget, openClipTokenizer } from './openClipPreparation.ts';
import { openClipTensors } from './openClipTensors.ts';

/**
 * A model of open_clip (Ilharco et al. 2021) from safetensors, as its `open_clip_config.json` says: CLIP, with its tower of
 * texts apart or not, or SigLIP, on the networks of this program.
 *
 * @throws InputError for files that are missing or do not fit one another, and for towers that there is no network for; a
 * tower that is not asked for may be any.
 */
export async function openClipEncoder(options: CheckpointOptions, context: EncoderContext): Promise<Encoder> {
  const config = await readOpenClipConfig(options.folder);
  const bias = config.model.init_logit_bias;
  const hasBias = typeof bias === 'number';
  const { kind, part } =
    context.content === 'text'
      ? await textPart(options.folder, config)
      : await visionPart(options, config, context);
  return trainedNetwork(part, openClipTensors(kind, hasBias), options, context);
}

interface Part {
  readonly kind: 'clip' | 'siglip';
  readonly part: TrainedPart;
}

async function visionPart(
  options: CheckpointOptions,
  config: OpenClipConfig,
  context: EncoderContext,
): Promise<Part> {
  const { kind, params } = openClipVision(config, await tensorShapes(options.folder, options.files));
  const target = openClipImageTarget(config, params.imageSize);
  return {
    kind,
    part: {
      title: kind === 'clip' ? 'CLIP vision transformer' : 'SigLIP vision transformer',
      graph: kind === 'clip' ? networkGraph(vit, params) : networkGraph(siglipVision, params),
      preparation: visionInput(target, options, context),
      identity: params,
    },
  };
}

async function textPart(folder: string, config: OpenClipConfig): Promise<Part> {
  const tower = openClipText(config);
  const tokenizer = await openClipTokenizer(folder, config);
  if (tower.kind === 'siglip') {
    const part = {
      title: 'SigLIP text transformer',
      graph: networkGraph(siglipText, tower.params),
      preparation: textInput(tokenizer),
      identity: tower.params,
    };
    return { kind: 'siglip', part };
  }
  const { params, endToken } = tower;
  const end = tokenizer.suffix.at(-1);
  if (endToken !== null && endToken !== end) {
    throw new InputError(
      'checkpoint-tokenizer',
      `${config.file}: model_cfg.text_cfg.eos_id is ${endToken}, but tokenizer.json ends texts with ${end === undefined ? 'no token' : `the token ${end}`}`,
      { file: config.file },
    );
  }
  return { kind: 'clip', part: clipTextPart(params, endToken, tokenizer) };
}
