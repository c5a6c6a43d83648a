import type { Dataset, Item } from '../engine/datasets/dataset.ts';
import { thumbnail } from '../engine/datasets/thumbnail.ts';
import { InputError } from '../engine/problems.ts';
import type { ItemPreview } from '../protocol/runContent.ts';
import type { OpenRun, OpenRuns } from './openRuns.ts';

/** Longest side of a thumbnail, in pixels. */
const thumbnailSide = 256;

/** Characters of a text that are shown at most. */
const shownCharacters = 2000;

/**
 * What an item of a run looks like.
 *
 * @param row Number of the run's row, from 0.
 * @throws InputError `row-missing`, `unknown-modality`, and where the data or the item are gone or broken.
 */
export async function preview(
  runs: OpenRuns,
  folder: string,
  row: number,
  modality: string,
): Promise<ItemPreview> {
  const run = await runs.get(folder);
  if (!Number.isInteger(row) || row < 0 || row >= run.rows) {
    throw new InputError('row-missing', `There is no row ${row}; the run has ${run.rows}, from 0`);
  }
  const data = await run.data();
  const index = run.datasetRow(row);
  const label = data.facts.labels?.[index] ?? null;
  if (data.kind === 'embeddings') {
    const id = data.facts.ids?.[index] ?? String(row + 1);
    return { id, label, thumbnail: null, text: null, file: null };
  }
  const { id, items } = await readRow(data, index, run);
  const item = items[data.modalities.findIndex(({ name }) => name === modality)];
  if (item === undefined) {
    const names = data.modalities.map(({ name }) => name).join(', ');
    throw new InputError('unknown-modality', `The data have no modality "${modality}"; they have ${names}`);
  }
  return { id, label, ...(await contentOf(item)) };
}

async function readRow(
  data: Extract<Dataset, { kind: 'samples' }>,
  index: number,
  run: OpenRun,
): ReturnType<typeof data.read> {
  if (index >= data.count) {
    throw new InputError(
      'data-changed',
      `The data have ${data.count} rows, fewer than when the run measured ${run.rows} of them`,
    );
  }
  return data.read(index);
}

async function contentOf(item: Item): Promise<Pick<ItemPreview, 'thumbnail' | 'text' | 'file'>> {
  const nothing = { thumbnail: null, text: null, file: null };
  switch (item.content) {
    case 'text':
      return { ...nothing, text: shortened(item.text) };
    case 'protein':
      return { ...nothing, text: shortened(item.sequence) };
    case 'image': {
      const jpeg = await thumbnail(await item.load(), item.name, thumbnailSide);
      const uri = `data:image/jpeg;base64,${jpeg.toString('base64')}`;
      return { ...nothing, thumbnail: uri, file: item.file ?? null };
    }
    case 'audio':
    case 'video':
    case 'tensor':
      return { ...nothing, file: item.file ?? null };
  }
}

function shortened(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}
