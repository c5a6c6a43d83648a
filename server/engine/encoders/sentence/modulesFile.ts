import { z } from 'zod';
import { InputError } from '../../problems.ts';
import { readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';

/** A module of a sentence model, as `modules.json` lists it. */
export interface ListedModule {
  /** The class, as `Pooling`. */
  readonly name: string;
  /** Where its files are: relative to the model's folder, with `/`; empty for the folder itself. */
  readonly path: string;
  /** Whether it was saved by version 5.3 of sentence-transformers or an earlier one; later ones name modules otherwise. */
  readonly isOld: boolean;
}

export const modulesFile = 'modules.json';

const schema = z
  .array(z.looseObject({ path: z.string(), type: z.string().min(1) }))
  .min(1)
  .max(64);

/**
 * Where the library keeps its modules: until version 5.3 in `sentence_transformers.models`, since then in
 * `sentence_transformers.base.modules` and `sentence_transformers.sentence_transformer.modules`.
 */
const typePattern =
  /^sentence_transformers\.(?:(?<old>models)|(?:base|sentence_transformer)\.(?:modules|models))\.(?:\w+\.)?(?<name>\w+)$/;

/**
 * The modules of a sentence model, which work one after the other (Reimers & Gurevych 2019).
 *
 * @param folder absolute.
 * @throws InputError as `readCheckpointJson`; `model-module` for modules that are not the library's own, whose code would
 * have to be run; `checkpoint-config` for one whose files are outside of the folder.
 */
export async function readModules(folder: string): Promise<ListedModule[]> {
  const { file, content } = await readCheckpointJson(folder, modulesFile, schema);
  return content.map(({ type, path }, index) => {
    const { name, old } = typePattern.exec(type)?.groups ?? {};
    if (name === undefined) {
      throw new InputError(
        'model-module',
        `${file}: the module ${index} is ${type.slice(0, 200)}, code of its own or of another kind of model than sentence embeddings, which is not run; an ONNX export whose output is sentence_embedding works with a folder without modules.json`,
        { file },
      );
    }
    const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
    if (/^(?:[/\\]|[A-Za-z]:)/.test(path) || parts.includes('..')) {
      throw unusable(
        file,
        `${index}.path`,
        `found ${JSON.stringify(path)}, expected a folder within the model’s`,
      );
    }
    return { name, path: parts.join('/'), isOld: old !== undefined };
  });
}
