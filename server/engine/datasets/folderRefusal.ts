import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { tableExtension, tableExtensions } from './tableExtension.ts';
import { unconvertedFormat, unconvertedRefusal } from './unconvertedFormats.ts';

/**
 * Why no reader takes a folder, where what lies in it says so: nothing, links that are not followed, or files and
 * folders that are each measured by themselves.
 *
 * @returns undefined where it holds something else.
 */
export async function folderRefusal(folder: string): Promise<InputError | undefined> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const refuse = (code: string, found: string) =>
    new InputError(code, `${folder} ${found}`, { file: folder });
  if (entries.length === 0) return refuse('folder-empty', 'is empty; expected files of data');
  const named = (found: readonly { readonly name: string }[]) => someOf(found.map(({ name }) => name).sort());
  const paths = (found: readonly { readonly name: string }[]) =>
    found
      .map(({ name }) => name)
      .sort()
      .slice(0, 4)
      .map((name) => JSON.stringify(join(folder, name)))
      .join(' ');
  const links = entries.filter((entry) => entry.isSymbolicLink());
  const others = entries.filter((entry) => !entry.isSymbolicLink());
  if (links.length > 0 && others.every((entry) => entry.isFile())) {
    return refuse(
      'links-not-followed',
      `holds links that lead outside, to folders or nowhere (${named(links)}), which are not followed in a folder, as ` +
        'data may come from anywhere. Name the files one by one, which follows links: ' +
        `\`modality-gap measure ${paths(links)}\``,
    );
  }
  const hierarchies = entries.filter((entry) => entry.isDirectory() && /\.zarr$/i.test(entry.name));
  if (hierarchies.length > 0) {
    return refuse(
      'folder-of-data',
      `holds ${hierarchies.length} Zarr hierarchies (${named(hierarchies)}); name them one by one: \`modality-gap measure ${paths(hierarchies)}\``,
    );
  }
  const files = entries.filter((entry) => entry.isFile());
  const pickle = files
    .map(({ name }) => name)
    .sort()
    .find(hasPickleName);
  if (pickle !== undefined) return pickleRefusal(join(folder, pickle));
  const tables = files.filter(
    ({ name }) => tableExtension(name) !== '.json' && tableExtensions.includes(tableExtension(name)),
  );
  if (tables.length === 0) return refusalOfFiles(folder, files.map(({ name }) => name).sort());
  if (tables.length === 1) {
    return refuse(
      'folder-of-data',
      `holds one table (${named(tables)}); name it: \`modality-gap measure ${paths(tables)}\``,
    );
  }
  return refuse(
    'folder-of-data',
    `holds ${tables.length} tables (${named(tables)}). ${adviceOnTables(tables)}`,
  );
}

/** The refusal of the first file that has to be converted; of one with a name that is vague, where all have such. */
function refusalOfFiles(folder: string, names: readonly string[]): InputError | undefined {
  const certain = names.find((name) => unconvertedFormat(name) !== null);
  if (certain !== undefined) return unconvertedRefusal(join(folder, certain));
  const refusals = names.map((name) => unconvertedRefusal(join(folder, name)));
  return refusals.includes(undefined) ? undefined : refusals[0];
}

/** How to measure several tables. */
function adviceOnTables(tables: readonly { readonly name: string }[]): string {
  const [first] = tables.map(({ name }) => name).sort() as [string];
  const extension = tableExtension(first);
  const file = JSON.stringify(first);
  const array = JSON.stringify(`${basename(first, extname(first))}.npy`);
  const load = /^\.[ct]sv$/.test(extension)
    ? `np.loadtxt(${file}, delimiter=${extension === '.tsv' ? '"\\t"' : '","'})`
    : `np.stack(pd.read_${extension === '.parquet' ? 'parquet' : 'json'}(${file})["embedding"])`;
  return (
    'Where each holds the embeddings of a modality, save these as arrays and measure the folder: ' +
    `\`np.save(${array}, ${load})\`; where one table has all modalities, or several are parts of one, name them as paths`
  );
}
