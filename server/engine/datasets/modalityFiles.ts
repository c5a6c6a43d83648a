import { basename, dirname, extname, sep } from 'node:path';
import { InputError } from '../problems.ts';

/** The files of one modality: one, or the parts of a larger array in their order. */
export interface ModalityFiles {
  /** `modality-1`, `modality-2`, … where the names of the files say nothing. */
  readonly name: string;
  readonly files: readonly string[];
}

/** Words for what is in a file of embeddings, whatever modality it is of. */
const generalWords = new Set(
  'emb embs embed embeds embedding embeddings feat feats feature features vec vecs vector vectors array arrays matrix np npy data'.split(
    ' ',
  ),
);

/** How people shorten the names of modalities. */
const modalityWords: Readonly<Record<string, string>> = {
  ...sameWord('image', 'img imgs image images'),
  ...sameWord('text', 'txt txts text texts'),
  ...sameWord('caption', 'caption captions cap caps'),
  ...sameWord('audio', 'aud audio audios sound'),
  ...sameWord('video', 'vid vids video videos'),
  ...sameWord('protein', 'prot protein proteins'),
};

/**
 * Which modality each of several files of embeddings is of, by their names: `img_emb_0.npy`, `img_emb_1.npy`,
 * `text_emb_0.npy` and `text_emb_1.npy` are two modalities of two parts, called image and text. A number at the end of
 * a name counts parts where others have the same name but for it. Words that all files share, and those for embeddings
 * in general, say nothing of a modality.
 *
 * @param paths In the order that the modalities shall have; parts are put in the order of their numbers.
 * @param names What to call the modalities; as many as there are modalities, or as there are files, each of which is
 *   then a modality.
 * @throws InputError `files-unclear` where numbered files may be parts or modalities, `part-missing` where a modality
 *   lacks a part that another one has, `modality-names` where `names` are another number or not different.
 */
export function modalityFiles(paths: readonly string[], names?: readonly string[]): ModalityFiles[] {
  if (names !== undefined && new Set(names).size !== names.length) {
    throw new InputError(
      'modality-names',
      `The names of modalities should differ, found ${names.join(', ')}`,
    );
  }
  if (names?.length === paths.length) {
    return paths.map((path, index) => ({ name: names[index]!, files: [path] }));
  }
  const series = seriesOf(paths);
  if (series.length === 1 && paths.length > 1) {
    if (names?.length === 1) return [{ name: names[0]!, files: series[0]!.files }];
    throw new InputError(
      'files-unclear',
      `${shown(paths)} differ in a number alone: they may be parts of one modality or a modality each; say which by naming the modalities, one name for parts and ${paths.length} for a modality each`,
      { file: paths[0]! },
    );
  }
  expectSameParts(series);
  if (names !== undefined && names.length !== series.length) {
    throw new InputError(
      'modality-names',
      `${names.length} names of modalities were given (${names.join(', ')}), expected ${series.length}, of ${shown(series.map(({ files }) => files[0]!))}`,
    );
  }
  const told = namesOf(series);
  return series.map(({ files }, index) => {
    const name = names?.[index] ?? told[index] ?? `modality-${index + 1}`;
    return { name, files };
  });
}

/** The modalities that files are called after, one each or in parts, where all names are of such; null otherwise. */
export function toldModalities(paths: readonly string[]): ModalityFiles[] | null {
  const series = seriesOf(paths);
  const names = namesOf(series);
  if (series.length < 2 || !names.every((name) => name !== undefined && modalityNames.has(name))) return null;
  return series.map(({ files }, index) => ({ name: names[index]!, files }));
}

/**
 * Which numbers the parts of files lack, so that rows may be missing of every modality: `img_5.npy` between `img_4.npy`
 * and `img_6.npy`. Numbers that rather leap than count, such as 0, 1000 and 2000, lack none.
 */
export function missingParts(
  paths: readonly string[],
): { readonly of: string; readonly numbers: number[] }[] {
  return seriesOf(paths).flatMap(({ stem, numbers }) => {
    const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
    if (last - first + 1 > 2 * numbers.length) return [];
    const all = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    const missing = all.filter((number) => !numbers.includes(number));
    return missing.length === 0 ? [] : [{ of: basename(stem), numbers: missing }];
  });
}

/** Whether a modality is only numbered, for want of a name. */
export function isNumberedName(name: string): boolean {
  return /^modality-\d+$/.test(name);
}

/** Whether the name of a file says of which modality it is. */
export function saysModality(name: string): boolean {
  return wordsOf(name).some((word) => modalityNames.has(word));
}

/** Files with one name but for the number at its end. */
interface Series {
  /** Folder and name, without the number. */
  readonly stem: string;
  /** In the order of their numbers. */
  readonly files: readonly string[];
  readonly numbers: readonly number[];
}

function seriesOf(paths: readonly string[]): Series[] {
  const byStem = new Map<string, { file: string; number: number }[]>();
  for (const file of paths) {
    const { stem, number } = numbered(file);
    byStem.set(stem, [...(byStem.get(stem) ?? []), { file, number }]);
  }
  return [...byStem].flatMap(([stem, files]): Series[] => {
    const sorted = [...files].sort((a, b) => a.number - b.number);
    const numbers = sorted.map(({ number }) => number);
    // One number alone, or one twice (`a_1.npy`, `a_01.pt`), counts nothing.
    if (files.length === 1 || new Set(numbers).size !== numbers.length) {
      return files.map(({ file }) => ({ stem: stemOf(file), files: [file], numbers: [] }));
    }
    return [{ stem, files: sorted.map(({ file }) => file), numbers }];
  });
}

/** `img_emb_07` is number 7 of `img_emb`, `data-00001-of-00003` number 1 of `data`. */
function numbered(file: string): { stem: string; number: number } {
  const stem = stemOf(file);
  const [, head, number] = /^(.*?)[-_. ]*(\d{1,9})(?:-of-\d+)?$/s.exec(stem) ?? [];
  // `text.npy` comes before `text2.npy`.
  return number === undefined ? { stem, number: 0 } : { stem: head!, number: Number(number) };
}

function stemOf(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

function expectSameParts(series: readonly Series[]): void {
  const [first, ...others] = series.filter(({ files }) => files.length > 1);
  for (const other of others) {
    const [all, some] = first!.files.length >= other.files.length ? [first!, other] : [other, first!];
    const missing = all.numbers.findIndex((number) => !some.numbers.includes(number));
    if (missing < 0) continue;
    throw new InputError(
      'part-missing',
      `${all.files[missing]!} has no counterpart: of ${basename(some.stem)} there are the parts ${some.numbers.slice(0, 20).join(', ')} alone; row i of each modality must belong together`,
      { file: all.files[missing]! },
    );
  }
}

/** What to call each series; undefined where nothing in its name says so. */
function namesOf(series: readonly Series[]): (string | undefined)[] {
  const folders = series.map(({ stem }) => dirname(stem).split(sep));
  const shared = folders[0]!.findIndex((part, depth) => folders.some((other) => other[depth] !== part));
  const words = series.map(({ stem }, index) => {
    const below = shared < 0 ? folders[index]!.slice(folders[0]!.length) : folders[index]!.slice(shared);
    return [...below, basename(stem)].flatMap(wordsOf);
  });
  const distinct = words.map((own, index) =>
    [...new Set(own)].filter(
      (word) => !generalWords.has(word) && words.some((other, at) => at !== index && !other.includes(word)),
    ),
  );
  // Of one alone, there is no other that it could share its words with.
  const modality = (series.length === 1 ? words : distinct).map((own) =>
    [...new Set(own)].filter((word) => modalityNames.has(word)),
  );
  return (
    allDifferent(modality.map((own) => (own.length === 1 ? own[0] : undefined))) ??
    allDifferent(distinct.map((own) => own.join('_'))) ??
    series.map(() => undefined)
  );
}

/** The names where each says something, and another thing than the others; else undefined. */
function allDifferent(names: readonly (string | undefined)[]): string[] | undefined {
  const told = names.filter((name) => name !== undefined && /\p{L}{2}/u.test(name)) as string[];
  return told.length === names.length && new Set(told).size === names.length ? told : undefined;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => modalityWords[word] ?? word);
}

function sameWord(meaning: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(' ').map((word) => [word, meaning]));
}

const modalityNames: ReadonlySet<string> = new Set(Object.values(modalityWords));

function shown(paths: readonly string[]): string {
  const few = paths.slice(0, 3).map((path) => basename(path));
  return paths.length > few.length ? `${few.join(', ')}, … (${paths.length} files)` : few.join(' and ');
}
