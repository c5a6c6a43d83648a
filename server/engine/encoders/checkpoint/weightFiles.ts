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
  for (const file of files) {
    const [, digits] = /^model-00001-of-(\d{5})\.safetensors$/.exec(file) ?? [];
    if (digits === undefined) continue;
    const shards = Array.from(
      { length: Number(digits) },
      (_, index) => `model-${String(index + 1).padStart(5, '0')}-of-${digits}.safetensors`,
    );
    if (shards.length > 0 && shards.every((shard) => present.has(shard))) return shards;
  }
  const openClip = openClipFiles.find((file) => present.has(file));
  return openClip === undefined ? null : [openClip];
}
