const openClipFiles = ['open_clip_model.safetensors', 'open_clip_pytorch_model.safetensors'];

/**
 * Picks the safetensors files of a model from the files of a folder: `model.safetensors`, or all of
 * `model-00001-of-0000n.safetensors` to `model-0000n-of-0000n.safetensors`, whose `model.safetensors.index.json` says no
 * more than their headers do; else what open_clip calls them.
 *
 * @param files paths relative to the folder, with `/`.
 * @returns null when there is none of these, or when one of the n is missing.
 */
export function weightFilesOf(files: readonly string[]): readonly string[] | null {
  const whole = 'model.safetensors';
  if (files.includes(whole)) return [whole];
  const present = new Set(files);
  const complete = shardSets(files).find((shards) => shards.every((shard) => present.has(shard)));
  if (complete !== undefined) return complete;
  const openClip = openClipFiles.find((file) => present.has(file));
  return openClip === undefined ? null : [openClip];
}

/** The names of all parts of the models that some of the files are parts of. */
function shardSets(files: readonly string[]): string[][] {
  const counts = files.flatMap((file) => /^model-\d{5}-of-(\d{5})\.safetensors$/.exec(file)?.[1] ?? []);
  return [...new Set(counts)]
    .filter((digits) => Number(digits) > 0)
    .map((digits) =>
      Array.from(
        { length: Number(digits) },
        (_, index) => `model-${String(index + 1).padStart(5, '0')}-of-${digits}.safetensors`,
      ),
    );
}

/**
 * The parts that a model in parts lacks, with the number of all.
 *
 * @param files as for `weightFilesOf`.
 * @returns null where there is no part of any.
 */
export function missingShards(
  files: readonly string[],
): { readonly names: readonly string[]; readonly count: number } | null {
  const [shards] = shardSets(files);
  if (shards === undefined) return null;
  const present = new Set(files);
  return { names: shards.filter((shard) => !present.has(shard)), count: shards.length };
}
