import { join } from 'node:path';
import { InputError } from '../../problems.ts';
import { isCheckpointFile } from '../checkpoint/checkpointFile.ts';
import type { Pooling } from '../pooling.ts';
import { denseModule } from './denseModule.ts';
import { modulesFile, readModules, type ListedModule } from './modulesFile.ts';
import { poolingModule } from './poolingModule.ts';
import { readPrompts, type Prompts } from './prompts.ts';
import { moduleRefusal } from './refusedModule.ts';
import { dropoutModule, layerNormModule, normalizeModule } from './rowModules.ts';
import type { Features, SentenceModule } from './sentenceModule.ts';
import { readTransformer, type TransformerModule } from './transformerModule.ts';

/** A model of sentence-transformers, as its folder says. */
export interface SentenceModel {
  /** Where the files of its transformer are: relative to the model's folder, with `/`; empty for the folder itself. */
  readonly path: string;
  readonly transformer: TransformerModule;
  /** Whether it was saved by version 5.3 of the library or an earlier one, which strip texts. */
  readonly isOld: boolean;
  /** What comes after the transformer. */
  readonly modules: readonly SentenceModule[];
  readonly prompts: Prompts;
  /** Columns of its embeddings; null where its modules leave that to the transformer. */
  readonly dimension: number | null;
}

const readers: Readonly<Record<string, (folder: string, module: ListedModule) => Promise<SentenceModule>>> = {
  Pooling: poolingModule,
  Dense: denseModule,
  Normalize: normalizeModule,
  LayerNorm: layerNormModule,
  Dropout: (_, module) => Promise.resolve(dropoutModule(module)),
};

/**
 * Reads the modules of a sentence model: its `modules.json`, and the files that this names.
 *
 * @param folder absolute.
 * @returns null for a folder without `modules.json`.
 * @throws InputError `model-module`, which names it, for a module that is not computed here or does not fit the one before;
 * those of the modules' own files.
 */
export async function readSentenceModel(folder: string): Promise<SentenceModel | null> {
  if (!(await isCheckpointFile(folder, modulesFile))) return null;
  const [first, ...others] = await readModules(folder);
  const file = join(folder, modulesFile);
  const problem = (message: string): InputError =>
    new InputError('model-module', `${file}: ${message}`, { file });
  if (first === undefined) throw problem('it lists no modules');
  const transformer = await firstModule(folder, first, problem);
  const modules: SentenceModule[] = [];
  for (const module of others) {
    const read = !module.isForeign && Object.hasOwn(readers, module.name) ? readers[module.name]! : undefined;
    if (read === undefined) {
      throw problem(moduleRefusal(folder, module, Object.keys(readers)));
    }
    modules.push(await read(folder, module));
  }
  return {
    path: first.path,
    transformer,
    isOld: first.isOld,
    modules,
    prompts: await readPrompts(folder),
    dimension: fittingDimension(transformer, modules, problem),
  };
}

/**
 * What begins a model. One that came with code of its own was exported with it: where the export gives embeddings of
 * whole texts, that code is in it.
 */
async function firstModule(
  folder: string,
  module: ListedModule,
  problem: (message: string) => InputError,
): Promise<TransformerModule> {
  const pooled = {
    length: null,
    lowersCase: false,
    gives: 'sentence_embedding',
    outputs: ['text_embeds'],
  } as const;
  if (module.isForeign) return { ...pooled, code: module.name };
  if (module.name === 'CLIPModel') return { ...pooled, code: null };
  if (module.name === 'Transformer') return readTransformer(folder, module);
  throw problem(moduleRefusal(folder, module, ['Transformer', 'CLIPModel']));
}

/**
 * Columns of the embeddings of a model whose transformer gives so many; null where they are not known.
 *
 * @param file How messages call the model.
 * @throws InputError `model-module` where they do not fit the modules.
 */
export function dimensionAfter(file: string, model: SentenceModel, given: number | null): number | null {
  const problem = (message: string): InputError =>
    new InputError('model-module', `${file}: ${message}`, { file });
  return fittingDimension(model.transformer, model.modules, problem, given);
}

/** Follows the columns from module to module. */
function fittingDimension(
  transformer: TransformerModule,
  modules: readonly SentenceModule[],
  problem: (message: string) => InputError,
  ofTransformer: number | null = null,
): number | null {
  const columns = new Map<string, number | null>([[transformer.gives, ofTransformer]]);
  for (const module of modules) {
    const { label, input, output, takes } = module;
    const given = columns.get(input);
    if (given === undefined) throw problem(`${label} takes ${input}, which nothing before it gives`);
    if (given !== null && takes !== null && given !== takes) {
      throw problem(`${label} takes ${takes} columns, and is given ${given}`);
    }
    columns.set(output, module.gives(given ?? takes));
  }
  const dimension = columns.get('sentence_embedding');
  if (dimension === undefined) {
    throw problem('none of its modules makes one embedding of those of the tokens, expected Pooling');
  }
  return dimension;
}

/**
 * The same model with another pooling of its tokens.
 *
 * @throws InputError `model-pooling` where it has not one pooling, or what comes after it takes other columns.
 */
export function withPooling(folder: string, model: SentenceModel, pooling: Pooling): SentenceModel {
  const problem = (message: string): InputError =>
    new InputError('model-pooling', `pooling: ${pooling} cannot replace what ${folder} says: ${message}`, {
      file: join(folder, modulesFile),
    });
  const count = model.modules.filter((module) => module.pooling !== null).length;
  if (count !== 1) throw problem(`its modules.json has ${count} modules that pool, expected one`);
  const modules = model.modules.map((module) => module.pooling?.withOther(pooling) ?? module);
  return { ...model, modules, dimension: fittingDimension(model.transformer, modules, problem) };
}

/** What the modules make of what the transformer gives. */
export function applyModules(modules: readonly SentenceModule[], features: Features): Features {
  return modules.reduce((given, module) => module.apply(given), features);
}
