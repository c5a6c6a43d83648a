// What can be chosen for a measurement, and what the choices become in a configuration.
import type { DataDescription } from '../../server/protocol/worker.ts';

/** A kind of encoder that can be chosen; those in `server/engine/encoders`. */
export type EncoderChoice =
  | { readonly kind: 'random' }
  | { readonly kind: 'pretrained'; readonly model: string }
  | { readonly kind: 'onnx'; readonly path: string };

export type Modality = DataDescription['modalities'][number];

/** What networks with random weights can read: sound and arrays of numbers need a model of their own. */
const randomContents: ReadonlySet<string> = new Set(['image', 'text', 'video', 'protein']);

/** The scenes that the engine draws: a measurement without any file. */
export const builtInScenes: DataDescription = {
  reader: 'scenes',
  title: 'Built-in scenes',
  data: { kind: 'scenes', count: 512, resolution: 64 },
  rows: 512,
  notes: [],
  modalities: [
    { name: 'image', content: 'image', dimension: null },
    { name: 'text', content: 'text', dimension: null },
  ],
};

/** Modalities that an encoder is needed for: embeddings are taken as they are. */
export function toEmbed({ modalities }: DataDescription): Modality[] {
  return modalities.filter(({ content }) => content !== null);
}

/** Modalities that networks with random weights cannot read. */
export function beyondRandom(modalities: readonly Modality[]): Modality[] {
  return modalities.filter(({ content }) => content !== null && !randomContents.has(content));
}

/** `photos: 1,200 rows of image and text`, for a headline. */
export function describeDescription({ title, rows, modalities }: DataDescription): string {
  const count = rows === null ? 'rows' : `${rows.toLocaleString('en')} rows`;
  return `${title}: ${count} of ${listed(modalities.map(({ name }) => name))}`;
}

/** What a modality is beside its name: `image`, `512 dimensions`. */
export function describeModality({ content, dimension }: Modality): string {
  return content ?? (dimension === null ? 'embeddings' : `${dimension.toLocaleString('en')} dimensions`);
}

/**
 * `To be embedded: image, caption (text)`, `Embeddings: a (512 dimensions), b (512 dimensions)`, and what is to be known
 * of the data, such as what is left out.
 */
export function describeModalities({ modalities, notes }: DataDescription): string {
  const isEmbedded = modalities.every(({ content }) => content === null);
  const names = modalities.map((modality) => {
    const what = describeModality(modality);
    return what === modality.name ? modality.name : `${modality.name} (${what})`;
  });
  const what = `${isEmbedded ? 'Embeddings' : 'To be embedded'}: ${names.join(', ')}`;
  return [what, ...notes.map(({ message }) => message)].join(' · ');
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? (names[0] ?? 'nothing')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** Chosen columns as `columns:` has them: each a modality, called as it was recognised, or else after its column. */
export function columnsEntry(
  chosen: readonly string[],
  recognised: Readonly<Record<string, string>>,
): Record<string, string> {
  const nameOf = (column: string): string =>
    Object.entries(recognised).find(([, name]) => name === column)?.[0] ?? column;
  return Object.fromEntries(chosen.map((column) => [nameOf(column), column]));
}

/** The choice for each modality that needs one, as the entries of `encoders:`. */
export function encoderEntries(
  description: DataDescription,
  choices: Readonly<Record<string, EncoderChoice>>,
): Record<string, EncoderChoice> {
  return Object.fromEntries(
    toEmbed(description).flatMap(({ name }) => {
      const choice = choices[name];
      return choice === undefined ? [] : [[name, choice]];
    }),
  );
}

/** Whether a text can be the name of a model on the hub: `name`, or `owner/name`. A message for what cannot. */
export function modelNameProblem(text: string): string | null {
  return /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(text.trim())
    ? null
    : 'Expected the name of a model on the hub, such as openai/clip-vit-base-patch32';
}

/** A name of a file that ends as experiments do, whatever it ended in. */
export function experimentFileName(name: string): string {
  if (/[^.]\.gap\.ya?ml$/i.test(name)) return name;
  const stem = name.replace(/(\.gap)?\.ya?ml$/i, '').replace(/[\\/:*?"<>|]+/g, '-');
  return `${stem === '' ? 'experiment' : stem}.gap.yaml`;
}

/** Of more rows than this, a part is offered to be measured first. */
export const sampleRows = 1000;

/** Whether a modality is only numbered: neither its file nor what is in it has a name for it. */
export function isUnnamed({ name }: Modality): boolean {
  return /^modality-\d+$/.test(name);
}

/**
 * A `data:` entry of embeddings under other names of modalities.
 *
 * @param names In the order of the entry's modalities.
 */
export function renamedData(
  data: DataDescription['data'],
  names: readonly string[],
): DataDescription['data'] {
  const { path } = data;
  if (typeof path !== 'object' || path === null || Array.isArray(path)) return { ...data, modalities: names };
  const files = Object.values(path);
  return { ...data, path: Object.fromEntries(names.map((name, index) => [name, files[index]])) };
}

/** Names of modalities from what was typed: one for each, all different. A message for what is not. */
export function modalityNames(
  text: string,
  count: number,
): { readonly names: readonly string[] } | { readonly problem: string } {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length !== count) return { problem: `Expected ${count} names, found ${names.length}` };
  if (new Set(names).size !== count) return { problem: 'Two modalities have the same name' };
  return { names };
}
