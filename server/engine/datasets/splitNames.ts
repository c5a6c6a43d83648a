/** Words for a part of the rows of a dataset, whatever they are of. */
const splitWords = new Set(
  'train training val valid validation dev test testing eval evaluation holdout split fold part shard rank worker process gpu'.split(
    ' ',
  ),
);

/**
 * Which names of modalities differ in the part of the rows alone that they say, as `train_image` and `val_image`, or
 * `rank0` and `rank1`: each group is likely one modality in parts. Names within a group are in their order.
 */
export function splitsOfOne(names: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const words = name.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g)?.map((word) => word.toLowerCase()) ?? [];
    const others = words.filter((_, index) => !isOfSplit(words, index));
    if (others.length === words.length) continue;
    const key = others.join(' ');
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Whether a word names a part, or is the number behind one that does. */
function isOfSplit(words: readonly string[], index: number): boolean {
  const word = words[index]!;
  return splitWords.has(word) || (/^\d/.test(word) && splitWords.has(words[index - 1] ?? ''));
}
