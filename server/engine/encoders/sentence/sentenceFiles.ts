import { modulesFile } from './modulesFile.ts';
import { promptsFile } from './prompts.ts';

/**
 * Where the transformer of a sentence model is, among the files of its folder: in the folder itself, or, as older
 * versions of the library write it, in `0_Transformer` or `0_CLIPModel`.
 *
 * @param files paths relative to the folder, with `/`.
 * @returns the folder's name, without `/` at its end; empty for the model's own.
 */
export function transformerFolder(files: readonly string[]): string {
  if (!files.includes(modulesFile) || files.includes('config.json')) return '';
  const config = files.find((file) => /^0_\w+\/config\.json$/.test(file));
  return config === undefined ? '' : config.slice(0, config.indexOf('/'));
}

/** The files that say what the modules of a sentence model are, with the weights of those after the transformer. */
export function moduleFiles(files: readonly string[]): string[] {
  if (!files.includes(modulesFile)) return [];
  const inner = transformerFolder(files);
  const isOfModule = (file: string): boolean => {
    const [, folder, name] =
      /^(\d+_\w+)\/(config\.json|model\.safetensors|pytorch_model\.bin)$/.exec(file) ?? [];
    if (folder === undefined || (folder === inner && name !== 'config.json')) return false;
    return name !== 'pytorch_model.bin' || !files.includes(`${folder}/model.safetensors`);
  };
  return files.filter(
    (file) =>
      file === modulesFile ||
      file === promptsFile ||
      /^(?:\d+_\w+\/)?sentence_[\w-]+_config\.json$/.test(file) ||
      isOfModule(file),
  );
}
