// What the models that were chosen say of themselves, before anything runs.
import { isAbsolute, relative, sep } from 'node:path';
import type { DataDescription, ModelDescription } from '../../server/protocol/worker.ts';
import { failureOf } from '../serverFailure.ts';
import type { ServerRequester } from '../serverRequests.ts';
import { toEmbed, type EncoderChoice } from './choices.ts';

/** The models of encoders: in words, or why they cannot be used. */
export type ModelFindings =
  | { readonly kind: 'usable'; readonly description: string }
  | { readonly kind: 'unusable'; readonly problem: string; readonly reason: string };

/** What is asked of the server for each model. */
export type DescribeEncoder = (encoder: EncoderChoice, content: string) => Promise<ModelDescription | null>;

export function encoderDescriber(server: ServerRequester, baseUri: string): DescribeEncoder {
  return (encoder, content) => server.request('describeEncoder', { encoder, content, baseUri });
}

/** Asks of every model what it is. The first one that a run could not use is the answer. */
export async function lookIntoModels(
  data: DataDescription,
  encoders: Readonly<Record<string, EncoderChoice>>,
  describe: DescribeEncoder,
): Promise<ModelFindings> {
  const found: { readonly name: string; readonly model: ModelDescription }[] = [];
  for (const { name, content } of toEmbed(data)) {
    const encoder = encoders[name];
    if (encoder === undefined || content === null) continue;
    try {
      const model = await describe(encoder, content);
      if (model !== null) found.push({ name, model });
    } catch (error) {
      return {
        kind: 'unusable',
        problem: `This model cannot embed ${name}`,
        reason: failureOf(error).message,
      };
    }
  }
  const known = found.filter(({ model }) => model.dimension !== null);
  if (new Set(known.map(({ model }) => model.dimension)).size > 1) {
    const dimensions = known.map(({ name, model }) => `${name} to ${model.dimension} dimensions`);
    return {
      kind: 'unusable',
      problem: 'These models do not embed into one space',
      reason: `${dimensions.join(', ')}; expected the same`,
    };
  }
  return { kind: 'usable', description: [...new Set(found.map(describeModel))].join(' · ') };
}

/** `image: CLIPModel, 512 dimensions`. */
function describeModel({ name, model }: { readonly name: string; readonly model: ModelDescription }): string {
  const { architecture, dimension, isPresent } = model;
  if (!isPresent) return `${name}: a model that is downloaded first`;
  const parts = [
    ...(architecture === null ? [] : [architecture]),
    ...(dimension === null ? [] : [`${dimension.toLocaleString('en')} dimensions`]),
  ];
  return `${name}: ${parts.length === 0 ? 'a model that does not say what it is' : parts.join(', ')}`;
}

/** Whether an encoder is a model of its own, with files that may be wrong. */
export function hasModel({ kind }: EncoderChoice): boolean {
  return kind !== 'random';
}

/** Encoders whose places are relative to a folder where they are below it, so that both can be moved together. */
export function placedEncoders(
  encoders: Readonly<Record<string, EncoderChoice>>,
  folder: string,
): Record<string, EncoderChoice> {
  return Object.fromEntries(
    Object.entries(encoders).map(([name, encoder]) => [name, placedEncoder(encoder, folder)]),
  );
}

function placedEncoder(encoder: EncoderChoice, folder: string): EncoderChoice {
  switch (encoder.kind) {
    case 'random':
      return encoder;
    case 'pretrained':
      return isAbsolute(encoder.model) ? { ...encoder, model: placeFrom(folder, encoder.model) } : encoder;
    case 'onnx':
      return { ...encoder, path: placeFrom(folder, encoder.path) };
  }
}

/** With `./`, or it would be taken for a name on the hub. */
function placeFrom(folder: string, path: string): string {
  const way = relative(folder, path);
  const isBelow = way !== '' && !isAbsolute(way) && way.split(sep)[0] !== '..';
  return isBelow ? `./${way.split(sep).join('/')}` : path;
}
