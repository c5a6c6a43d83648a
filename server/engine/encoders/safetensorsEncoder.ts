import { z } from 'zod';
import { InputError } from '../problems.ts';
import { isCheckpointFile, readCheckpointJson } from './checkpoint/checkpointFile.ts';
import type { CheckpointOptions } from './checkpoint/trainedNetwork.ts';
import { clipEncoder } from './clip/clipEncoder.ts';
import type { Encoder, EncoderContext } from './encoder.ts';
import { openClipConfigName } from './openClip/openClipConfig.ts';
import { openClipEncoder } from './openClip/openClipEncoder.ts';
import { towerOfType } from './checkpoint/towerConfig.ts';
import type { Pooling } from './pooling.ts';
import { onnxExport } from './weightsConversion.ts';
import { siglipEncoder } from './siglip/siglipEncoder.ts';

const configSchema = z.looseObject({ model_type: z.string(), auto_map: z.looseObject({}).optional() });

const encoders: Readonly<Record<string, typeof clipEncoder>> = { clip: clipEncoder, siglip: siglipEncoder };

/** Whether the safetensors of a type, or of a tower of one, can be loaded. */
export function isLoadableType(type: string): boolean {
  return Object.hasOwn(encoders, towerOfType(type)?.whole ?? type);
}

/** Why the safetensors of types that look like these cannot be loaded. */
const reasons: Readonly<Record<string, string>> = {
  siglip2: 'SigLIP 2 for pictures of any shape (NaFlex); SigLIP 2 for one size calls its type siglip',
};

/** Models whose safetensors are in files or folders of open_clip have no other description than its own. */
async function isOpenClip({ folder, files }: CheckpointOptions): Promise<boolean> {
  if (files.every((name) => name.startsWith('open_clip_'))) return true;
  return (
    !(await isCheckpointFile(folder, 'config.json')) && (await isCheckpointFile(folder, openClipConfigName))
  );
}

/**
 * A trained model from safetensors, on the networks of this program; `model_type` in `config.json` says which, or
 * an `open_clip_config.json`.
 *
 * @throws InputError `model-pooling` where one is asked for; `model-type` for models that there is no network for; otherwise for files that are missing or do not
 * fit one another.
 */
export async function safetensorsEncoder(
  options: CheckpointOptions & { readonly pooling?: Pooling | undefined },
  context: EncoderContext,
): Promise<Encoder> {
  if (options.pooling !== undefined) {
    throw new InputError(
      'model-pooling',
      `${options.name}: pooling: ${options.pooling} is for models in ONNX that give embeddings of tokens; the networks for safetensors pool as they were trained`,
    );
  }
  if (await isOpenClip(options)) return openClipEncoder(options, context);
  const { file, content } = await readCheckpointJson(options.folder, 'config.json', configSchema);
  const type = content.model_type;
  const tower = towerOfType(type);
  const whole = tower?.whole ?? type;
  const refuse = (found: string): InputError =>
    new InputError('model-type', `${file}: model_type: found ${type}${found}`, { file });
  if (!isLoadableType(type)) {
    const isOwn = content.auto_map !== undefined;
    const reason = reasons[type] ?? (isOwn ? 'whose code comes with it, and is not run here' : undefined);
    throw refuse(
      `${reason === undefined ? '' : `, ${reason}`}; the safetensors of ${Object.keys(encoders).join(' and ')} can be loaded; other models take an ONNX export in onnx/, such as of \`${onnxExport(options.folder)}\``,
    );
  }
  if (tower !== null && (tower.tower === 'text') !== (context.content === 'text')) {
    const embedded = tower.tower === 'text' ? 'texts' : 'images';
    throw refuse(`, which embeds ${embedded} alone, expected a model for ${context.content}`);
  }
  return encoders[whole]!(options, context);
}
