import { z } from 'zod';
import { readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';

/** A module of a sentence model, as `modules.json` lists it. */
export interface ListedModule {
  /** The class, as `Pooling`. */
  readonly name: string;
  /** Whether it is code that came with the model, which is not run. */
  readonly isForeign: boolean;
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
 * @throws InputError as `readCheckpointJson`; `checkpoint-config` for one whose files are outside of the folder.
 */
export async function readModules(folder: string): Promise<ListedModule[]> {
  const { file, content } = await readCheckpointJson(folder, modulesFile, schema);
  return content.map(({ type, path }, index) => {
    const { name, old } = typePattern.exec(type)?.groups ?? {};
    const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
    if (/^(?:[/\\]|[A-Za-z]:)/.test(path) || parts.includes('..')) {
      throw unusable(
        file,
        `${index}.path`,
        `found ${JSON.stringify(path)}, expected a folder within the model’s`,
      );
    }
    return {
      name: name ?? type.slice(0, 200),
      isForeign: name === undefined,
      path: parts.join('/'),
      isOld: old !== undefined,
    };
  });
}
