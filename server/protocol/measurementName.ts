/** Names of files that a measurement is called after; more of them are counted. */
const namedFiles = 3;

/**
 * The name of a measurement, after the files or the folder that it is of: `image_embeddings and text_embeddings`.
 *
 * @param names Of files, with their extensions, or of a folder.
 * @returns 1 to 100 characters, as the schema takes.
 */
export function measurementName(names: readonly string[]): string {
  const stems = names.map((name) => name.replace(/(?<=.)\.[A-Za-z0-9]{1,12}$/, '').trim());
  const told = stems.filter((stem) => stem !== '');
  const name =
    told.length > namedFiles
      ? `${told[0]!} and ${told.length - 1} more`
      : [told.slice(0, -1).join(', '), ...told.slice(-1)].filter((part) => part !== '').join(' and ');
  return (name === '' ? 'measurement' : name).slice(0, 100);
}
