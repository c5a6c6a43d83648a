import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../problems.ts';
import { isCheckpointFile, readCheckpointJson, unusable } from './checkpointFile.ts';

/** Parts of a model that prepare items: their keys in a `processor_config.json`, the first that is there. */
const nestedKeys = {
  image: ['image_processor'],
  audio: ['feature_extractor', 'audio_processor'],
} as const;
const whatTheySay = { image: 'how images are prepared', audio: 'how sound is prepared' } as const;

/** What a checkpoint's files say of how items are prepared. */
export interface ProcessorSettings<Content> {
  readonly file: string;
  readonly content: Content;
  /** An error about a key of the settings. */
  readonly problem: (key: string, message: string) => InputError;
}

/**
 * Reads how a checkpoint prepares images or sound: from its `preprocessor_config.json`, or, as transformers 5 writes it,
 * from a part of its `processor_config.json`, which comes first there where both are present (image_processing_base.py).
 *
 * @throws InputError as `readCheckpointJson`; `checkpoint-file` when neither file says anything of it.
 */
export async function readProcessorSettings<Schema extends z.ZodType>(
  folder: string,
  part: keyof typeof nestedKeys,
  schema: Schema,
): Promise<ProcessorSettings<z.output<Schema>>> {
  const nested = await nestedSettings(folder, part, schema);
  if (nested !== null) return nested;
  if (!(await isCheckpointFile(folder, preprocessorName))) {
    const file = join(folder, preprocessorName);
    throw new InputError(
      'checkpoint-file',
      `${file} is not there, which says ${whatTheySay[part]}; nor does a processor_config.json with ${nestedKeys[part].map((key) => `"${key}"`).join(' or ')}`,
      { file },
    );
  }
  const { file, content } = await readCheckpointJson(folder, preprocessorName, schema);
  return { file, content, problem: (key, message) => unusable(file, key, message) };
}

const preprocessorName = 'preprocessor_config.json';
const processorName = 'processor_config.json';

async function nestedSettings<Schema extends z.ZodType>(
  folder: string,
  part: keyof typeof nestedKeys,
  schema: Schema,
): Promise<ProcessorSettings<z.output<Schema>> | null> {
  if (!(await isCheckpointFile(folder, processorName))) return null;
  const { content: whole } = await readCheckpointJson(folder, processorName, z.looseObject({}));
  // Before version 5 the file held only what concerns the processor as a whole.
  const key = nestedKeys[part].find((name) => typeof whole[name] === 'object' && whole[name] !== null);
  if (key === undefined) return null;
  const { file, content } = await readCheckpointJson(folder, processorName, z.looseObject({ [key]: schema }));
  return {
    file,
    content: content[key] as z.output<Schema>,
    problem: (name, message) => unusable(file, `${key}.${name}`, message),
  };
}
