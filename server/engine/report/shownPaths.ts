import { relative, sep } from 'node:path';

/**
 * Texts of a report without the place of the data on this machine, which is nobody's concern whom the report is sent to:
 * what lies below `baseFolder` is named from there on, the other `files` by the way to them.
 *
 * @param baseFolder Absolute.
 * @param files Absolute, those that texts may name.
 */
export function pathShortener(baseFolder: string, files: readonly string[]): (text: string) => string {
  const below = baseFolder.endsWith(sep) ? baseFolder : `${baseFolder}${sep}`;
  // The longest first: a path may begin with another one.
  const outside = [...new Set(files)]
    .filter((file) => !file.startsWith(below))
    .sort((a, b) => b.length - a.length)
    .map((file) => [file, relative(baseFolder, file).split(sep).join('/')] as const);
  return (text) => {
    const named = outside.reduce((all, [file, way]) => all.replaceAll(file, way), text);
    // At the root nothing is shorter than it is.
    return below === sep ? named : named.replaceAll(below, '');
  };
}
