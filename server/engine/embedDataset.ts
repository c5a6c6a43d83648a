import packageJson from '../../package.json' with { type: 'json' };
import type { Note } from '../protocol/report.ts';
import { skippedRowsNotes } from './datasets/dataNotes.ts';
import type { Content, SampleDataset } from './datasets/dataset.ts';
import type { EmbeddedSamples } from './encoders/embedSamples.ts';
import { embedSamples } from './encoders/embedSamples.ts';
import type { EmbeddingCache, EmbeddingStore } from './encoders/embeddingCache.ts';
import type { Encoder } from './encoders/encoder.ts';
import type { ItemCounts } from './encoders/modalityEmbeddings.ts';
import { encoderProblem } from './encoders/encoderProblem.ts';
import { encoders } from './encoders/registry.ts';
import type { Random } from './numerics/random.ts';
import { InputError } from './problems.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import type { Device } from './runtime/device.ts';
import { onnxRuntimeVersion } from './runtime/onnxRuntime.ts';

/** Versions of what determines the bits of an embedding: preparing items is the program's, embedding ONNX Runtime's. */
export async function computingVersions(): Promise<Record<string, string>> {
  return { 'modality-gap': packageJson.version, 'onnxruntime-node': await onnxRuntimeVersion() };
}

/** An encoder's entry of a configuration: its kind, and that kind's parameters. */
export interface EncoderEntry {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

export interface EmbedDatasetOptions {
  /** By modality. */
  readonly encoders: Readonly<Record<string, EncoderEntry>>;
  readonly device: Device;
  readonly random: Random;
  readonly baseFolder: string;
  readonly strict: boolean;
  readonly cache: EmbeddingCache | null;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
  readonly note: (note: Note) => void;
}

/**
 * Embeddings that were made, with what made them, in the dataset's order of modalities. `skipped` are all rows that were
 * left out, by the reader too.
 */
export interface EmbeddedDataset extends Pick<
  EmbeddedSamples,
  'embeddings' | 'rows' | 'contents' | 'skipped'
> {
  readonly encoders: readonly Pick<Encoder, 'fingerprint' | 'summary' | 'logitScale'>[];
}

/**
 * Embeds a dataset, each modality with the encoder that the configuration names for it.
 *
 * @throws InputError for encoders that are missing or cannot be used, and as `embedSamples`.
 */
export async function embedDataset(
  dataset: SampleDataset,
  options: EmbedDatasetOptions,
): Promise<EmbeddedDataset> {
  const { device, strict, cache, signal, progress, note } = options;
  if (strict && dataset.skipped.length > 0) {
    const { id, reason } = dataset.skipped[0]!;
    throw new InputError('row-skipped', `${id}: ${reason}; --strict refuses to leave rows out`);
  }
  const loaded: Encoder[] = [];
  for (const modality of dataset.modalities) loaded.push(await loadEncoder(modality, options));
  const versions = await computingVersions();
  const stores =
    cache &&
    (await Promise.all(
      loaded.map(({ fingerprint, summary }) => cache.open({ fingerprint, device, versions, summary })),
    ));
  const { embeddings, rows, contents, skipped, items } = await embedSamples(dataset, loaded, {
    strict,
    stores,
    explain: (error, { name }) => encoderProblem(error, name, options.encoders[name]!, options.baseFolder),
    signal,
    progress,
  });
  const leftOut = [...dataset.skipped, ...skipped];
  skippedRowsNotes(leftOut).forEach(note);
  for (const [m, { name, content }] of dataset.modalities.entries()) {
    noteTruncated(name, content, items[m]!, note);
    noteDependence(name, items[m]!, note);
    const store = stores?.[m];
    if (store !== undefined) await finishStore(name, store, items[m]!, note);
  }
  return { embeddings, rows, contents, skipped: leftOut, encoders: loaded };
}

async function loadEncoder(
  { name, content }: { readonly name: string; readonly content: Content },
  { encoders: entries, device, random, baseFolder, signal, progress, note }: EmbedDatasetOptions,
): Promise<Encoder> {
  const entry = entries[name];
  if (entry === undefined) {
    throw new InputError(
      'missing-encoder',
      `Modality "${name}" is made of ${content} and has no encoder under "encoders"`,
    );
  }
  const definition = encoders.find(({ kind }) => kind === entry.kind);
  if (definition === undefined) throw new RangeError(`No encoder of kind "${entry.kind}" is registered`);
  if (definition.caveat !== undefined) {
    note({ code: `${entry.kind}-encoder`, message: `${name}: ${definition.caveat}` });
  }
  const context = { modality: name, content, baseFolder, random, device, signal, progress };
  const encoder = await definition.load(entry, context).catch((error: unknown) => {
    throw encoderProblem(error, name, entry, baseFolder);
  });
  for (const { code, message } of encoder.notes ?? []) note({ code, message: `${name}: ${message}` });
  return encoder;
}

async function finishStore(
  modality: string,
  store: EmbeddingStore,
  { distinct, stored }: ItemCounts,
  note: (note: Note) => void,
): Promise<void> {
  await store.finish();
  if (stored > 0) {
    note({
      code: 'cached-embeddings',
      message: `${modality}: ${stored} of ${distinct} different items were embedded by an earlier run and come from the cache`,
    });
  }
  store.notes.forEach(note);
}

function noteDependence(modality: string, { dependsOnBatch }: ItemCounts, note: (note: Note) => void): void {
  if (!dependsOnBatch) return;
  note({
    code: 'batch-dependence',
    message: `${modality}: the model gives an item other numbers in other batches; each item was embedded by itself, which takes longer`,
  });
}

function noteTruncated(
  modality: string,
  content: Content,
  { distinct, truncated }: ItemCounts,
  note: (note: Note) => void,
): void {
  if (truncated === 0) return;
  note({
    code: 'items-truncated',
    message: `${modality}: ${truncated} of ${distinct} different items of ${content} are longer than the model takes; their ends were cut, their end token kept`,
  });
}
