import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import {
  chosenWeights,
  expectedWeights,
  partNames,
  takesSafetensors,
  type WeightsAsked,
} from './chosenWeights.ts';
import { missingShards } from './checkpoint/weightFiles.ts';
import { filesIn } from './modelSource/folderFiles.ts';
import { isLoadableType } from './safetensorsEncoder.ts';
import { modulesFile } from './sentence/modulesFile.ts';
import { readSentenceModel } from './sentence/sentenceModel.ts';
import { onnxExport, tokenizerConversion, weightsConversion } from './weightsConversion.ts';

/** Where the files of a transformer are, and how messages call the place. */
export interface WeightsPlace {
  readonly name: string;
  /** Absolute; null for a model on the hub whose files are not here. */
  readonly folder: string | null;
  /** Relative to it, with `/`. */
  readonly files: readonly string[];
}

interface Search extends WeightsPlace {
  readonly asked: WeightsAsked;
  readonly content: Content;
  /** What `config.json` calls the model; null where it does not say. */
  readonly type: string | null;
}

/** What a folder is in place of a model that can be used, and what to do; null where it is not that. */
type Guess = (search: Search) => Promise<string | null> | string | null;

/** The surest first: an adapter may have pickles too. */
const guesses: readonly Guess[] = [
  emptyFolder,
  otherChoice,
  lackOfShards,
  adapter,
  hubCacheFolder,
  pipeline,
  folderOfModels,
  pickles,
  otherLibraries,
  quantisedForOthers,
  otherNames,
];

/**
 * The error for a place that has no weights which an encoder of a content could run: `model-weights`, which names the
 * place, says what it is instead, as far as the names of its files tell, and what to do.
 *
 * @throws InputError as `readSentenceModel`.
 */
export async function missingWeights(
  place: WeightsPlace,
  asked: WeightsAsked,
  content: Content,
): Promise<InputError> {
  await expectModules(place);
  const type = await textIn(place.folder, 'config.json', 'model_type');
  const search = { ...place, asked, content, type };
  let reason: string | null = null;
  for (const guess of guesses) reason ??= await guess(search);
  return new InputError(
    'model-weights',
    `${place.name} has no weights that can be used for ${content}: ${reason ?? `found ${foundIn(search)}; expected ${expectedIn(search)}`}`,
  );
}

function expectedIn({ asked, content }: Search): string {
  return expectedWeights(asked, content).join(', or ');
}

/** A sentence model that cannot be followed is that whatever its weights are. @throws InputError as `readSentenceModel`. */
async function expectModules({ folder, files }: WeightsPlace): Promise<void> {
  if (folder !== null && files.includes(modulesFile)) await readSentenceModel(folder);
}

/** Files that hold weights, whoever reads them; all of them where none does. */
function foundIn({ files }: Search): string {
  const weights = files.filter((name) =>
    /\.(onnx|safetensors|bin|pt|pth|ckpt|h5|msgpack|gguf|pb|npz|tflite)$/.test(name),
  );
  return weights.length > 0 ? someOf(weights) : `no file of weights among ${someOf(files)}`;
}

function emptyFolder(search: Search): string | null {
  if (search.files.length > 0) return null;
  return `there are no files in it, expected ${expectedIn(search)}, with the files that say how items are prepared`;
}

/** What would be used if the configuration did not ask for something else. */
function otherChoice({ files, asked, content }: Search): string | null {
  const { weights, precision } = asked;
  for (const [other, given] of [
    [{ weights: 'auto', precision }, `weights: ${weights}`],
    [{ weights, precision: 'fp32' }, `precision: ${precision}`],
  ] as const) {
    const found = chosenWeights(files, other, content);
    if (found === null) continue;
    const names = found.kind === 'onnx' ? [found.files.path] : found.files;
    return `${given} asks for ${expectedWeights(asked, content).join(', or ')}, found ${someOf(names, 3)}; take \`${given}\` away to use it`;
  }
  return null;
}

function lackOfShards({ files, asked, content }: Search): string | null {
  const missing = takesSafetensors(asked, content) ? missingShards(files) : null;
  if (missing === null) return null;
  const { names, count } = missing;
  return `its ${count} files model-…-of-${String(count).padStart(5, '0')}.safetensors are one model, and ${someOf(names, 3)} ${names.length === 1 ? 'is' : 'are'} not there; download or copy what is missing`;
}

async function adapter({ name, folder, files }: Search): Promise<string | null> {
  if (!files.some((file) => /^adapter_(config\.json|model\.(safetensors|bin))$/.test(file))) return null;
  const key = 'base_model_name_or_path';
  const base = await textIn(folder, 'adapter_config.json', key);
  const merged = JSON.stringify(`${name}-merged`);
  return (
    `it is an adapter of PEFT, which changes another model, ${base ?? `the one that ${key} names`}, and is none by itself; merge the two with Python: ` +
    `\`from transformers import AutoModel, AutoProcessor; from peft import PeftModel; base = ${JSON.stringify(base ?? key)}; ` +
    `PeftModel.from_pretrained(AutoModel.from_pretrained(base), ${JSON.stringify(name)}).merge_and_unload().save_pretrained(${merged}); ` +
    `AutoProcessor.from_pretrained(base).save_pretrained(${merged})\`, and name that folder`
  );
}

/** The hub's cache keeps a model’s files by commit. */
async function hubCacheFolder(search: Search): Promise<string | null> {
  const { name, folder, files } = search;
  const commits = [...new Set(files.flatMap((file) => /^snapshots\/([^/]+)\//.exec(file)?.[1] ?? []))];
  const id = /^models--(.+)$/.exec(basename(folder ?? ''))?.[1]?.replace('--', '/');
  if (commits.length === 0) return null;
  const main = folder && (await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => ''));
  const commit = commits.find((each) => each === main?.trim()) ?? commits.at(-1)!;
  return `it is a folder of the hub’s cache, which has the model’s files in snapshots; write \`model: ${name}/snapshots/${commit}\`${id === undefined ? '' : `, or \`model: ${id}\``}`;
}

/** Which folder of a pipeline embeds what, and which one says how items are prepared for it. */
const pipelineFolders = {
  image: ['image_encoder', 'feature_extractor', 'preprocessor_config.json'],
  text: ['text_encoder', 'tokenizer', 'tokenizer.json'],
} as const;

function pipeline(search: Search): string | null {
  const { name, files, content } = search;
  if (!files.includes('model_index.json')) return null;
  const is = 'it is a pipeline of diffusers, of several models';
  const [encoder, preparation, file] = pipelineFolders[content === 'text' ? 'text' : 'image'];
  const present = usableFolders(search);
  if (!present.includes(encoder)) {
    return `${is}, of which ${present.length === 0 ? 'none' : `only ${someOf(present, 3)}`} can be used; expected ${encoder}`;
  }
  const folder = `${name}/${encoder}`;
  const isPrepared = files.includes(`${encoder}/${file}`);
  const remedy =
    content === 'text'
      ? `make its ${file} there: \`${tokenizerConversion(`${name}/${preparation}`, folder)}\``
      : `copy ${preparation}/${file} there`;
  return `${is}; write \`model: ${folder}\`${isPrepared ? '' : `, and ${remedy}`}`;
}

function folderOfModels(search: Search): string | null {
  const folders = usableFolders(search);
  if (folders.length === 0) return null;
  const [first, ...others] = folders;
  const rest =
    others.length === 0 ? '' : `; there ${others.length === 1 ? 'is' : 'are'} also ${someOf(others, 3)}`;
  return `the model is in a folder of it; write \`model: ${search.name}/${first}\`${rest}`;
}

/** Folders in the place that could be used, without those in them; the last step of a training first. */
function usableFolders({ files, asked, content }: Search): string[] {
  const all = files.flatMap((file) => {
    const parts = file.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  const usable = [...new Set(all)].filter((folder) => chosenWeights(filesIn(files, folder), asked, content));
  const outer = usable.filter((folder) => !usable.some((other) => folder.startsWith(`${other}/`)));
  return outer.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/** Pickles that trainers leave beside weights. */
const besideWeights = /^(training_args\.bin|(optimizer|scheduler|scaler)\.pt|rng_state[\w.-]*\.pth)$/;

function pickles(search: Search): string | null {
  const { name, folder, files } = search;
  const found = files.filter((file) => /^[^/]+\.(bin|pt|pth|ckpt)$/.test(file) && !besideWeights.test(file));
  if (found.length === 0) return null;
  const is = `found ${someOf(found, 3)}, ${found.length === 1 ? 'a pickle' : 'pickles'}, PyTorch’s own format, whose loading may run code`;
  const isDescribed = files.includes('config.json');
  const remedy = isOfSafetensors(search)
    ? weightsConversion(name, found, { isLocal: folder !== null, isDescribed })
    : isDescribed
      ? `export the model to ONNX: \`${onnxExport(name)}\``
      : 'export the model to ONNX with `torch.onnx.export`, and name that file with `kind: onnx`';
  return `${is}; ${remedy}`;
}

/** Whether the model could be read once its weights are safetensors. */
function isOfSafetensors({ asked, content, type }: Search): boolean {
  return takesSafetensors(asked, content) && (type === null || isLoadableType(type));
}

const libraries = [
  ['TensorFlow', /^(tf_model|model)[\w.-]*\.h5$|^saved_model\.pb$/, 'from_tf'],
  ['Flax', /^flax_model[\w.-]*\.msgpack$/, 'from_flax'],
] as const;

function otherLibraries(search: Search): string | null {
  const { name, files } = search;
  const found = libraries.flatMap(([library, pattern, key]) => {
    const file = files.find((each) => pattern.test(each));
    return file === undefined ? [] : [{ library, file, key }];
  });
  const [first] = found;
  if (first === undefined) return null;
  const is = `found ${found.map(({ file, library }) => `${file} (${library})`).join(', ')} alone, which ${found.length === 1 ? 'is' : 'are'} not read`;
  if (first.file === 'saved_model.pb') {
    return `${is}; export the model to ONNX: \`python -m tf2onnx.convert --saved-model ${name} --output ${name}/model.onnx\`, and name that file with \`kind: onnx\``;
  }
  return `${is}; convert the weights with Python and transformers 4: \`from transformers import AutoModel; AutoModel.from_pretrained(${JSON.stringify(name)}, ${first.key}=True).save_pretrained(${JSON.stringify(name)})\`${isOfSafetensors(search) ? '' : `, and export the model to ONNX: \`${onnxExport(name)}\``}`;
}

function quantisedForOthers({ files }: Search): string | null {
  const found = files.filter((file) => /\.gguf$/i.test(file));
  if (found.length === 0 || files.some((file) => /\.(onnx|safetensors)$/.test(file))) return null;
  return `found ${someOf(found, 3)}, the format of llama.cpp, which is not read; take the safetensors or the ONNX files of the model that ${found.length === 1 ? 'it was' : 'they were'} made of`;
}

/** Weights in a format that is read, by a name that is not expected. */
function otherNames(search: Search): string | null {
  const { name, folder, files, asked, content } = search;
  const onnx = asked.weights === 'safetensors' ? [] : files.filter((file) => file.endsWith('.onnx'));
  if (onnx.length > 0) {
    const likely = onnx.find((file) => file.includes(partNames[content])) ?? onnx[0]!;
    const kind =
      folder === null
        ? ''
        : `; a model of another name is named by itself: \`kind: onnx\` with \`path: ${name}/${likely}\``;
    return `found ${someOf(onnx, 5)}, expected ${expectedIn(search)}${kind}`;
  }
  const whole = files.filter((file) => /^[^/]+\.safetensors$/.test(file));
  if (whole.length === 0 || !takesSafetensors(asked, content)) return null;
  return `found ${someOf(whole, 5)}, expected ${expectedIn(search)}; rename the file that holds all of the model to model.safetensors`;
}

/** A text in a JSON file of a folder; null where there is none. */
async function textIn(folder: string | null, file: string, key: string): Promise<string | null> {
  if (folder === null) return null;
  try {
    const content = JSON.parse(await readFile(join(folder, file), 'utf8')) as unknown;
    const value: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, key) : null;
    return typeof value === 'string' && value !== '' ? value.slice(0, 100) : null;
  } catch {
    return null;
  }
}
