import { join } from 'node:path';
import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import { chosenWeights, type Weights, type WeightsAsked } from './chosenWeights.ts';
import { missingWeights, type WeightsPlace } from './missingWeights.ts';
import { filesIn } from './modelSource/folderFiles.ts';
import { moduleFiles, transformerFolder } from './sentence/sentenceFiles.ts';
import { readSentenceModel, type SentenceModel } from './sentence/sentenceModel.ts';

/** What says how items are prepared, and what the model is. */
const descriptions = [
  'config.json',
  'open_clip_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
];

/**
 * The weights that an encoder of a content runs.
 *
 * @throws InputError `model-weights` when none of the files can be used.
 */
export async function weightsIn(
  place: WeightsPlace,
  asked: WeightsAsked,
  content: Content,
): Promise<Weights> {
  const weights = chosenWeights(place.files, asked, content);
  if (weights === null) throw await missingWeights(place, asked, content);
  return weights;
}

/**
 * The files of a model that an encoder of a content needs, of all that there are.
 *
 * @throws InputError as `weightsIn`.
 */
export async function wantedFiles(
  { name, folder, files: all }: WeightsPlace,
  given: WeightsAsked,
  content: Content,
): Promise<string[]> {
  const inner = transformerFolder(all);
  const files = filesIn(all, inner);
  const weights = await weightsIn({ name, folder: folder && join(folder, inner), files }, given, content);
  const ofWeights =
    weights.kind === 'onnx' ? [weights.files.path, ...weights.files.dataFiles] : weights.files;
  const ofTransformer = [...descriptions.filter((name) => files.includes(name)), ...ofWeights];
  return [...ofTransformer.map((file) => (inner === '' ? file : `${inner}/${file}`)), ...moduleFiles(all)];
}

/**
 * What a folder says of its modules, if it has any, and where in it the files of the transformer are; empty for the
 * folder itself.
 *
 * @param folder absolute.
 * @param files those in it, relative to it.
 * @throws InputError as `readSentenceModel`; `model-module` where the files are elsewhere than that says.
 */
export async function placedTransformer(
  folder: string,
  files: readonly string[],
): Promise<{ readonly inner: string; readonly sentence: SentenceModel | null }> {
  const inner = transformerFolder(files);
  const sentence = await readSentenceModel(folder);
  if (sentence === null || sentence.path === inner) return { inner, sentence };
  throw new InputError(
    'model-module',
    `${folder}: its modules.json says that the files of its transformer are in ${sentence.path || 'the folder itself'}, and they are in ${inner || 'the folder itself'}`,
  );
}
