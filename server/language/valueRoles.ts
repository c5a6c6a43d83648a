import { valueAt } from '../config/schemaWalk.ts';
import type { Path } from './gapDocument.ts';

/**
 * What a text in a configuration names: a file or folder that the run reads, a place that may be either, a pattern of files, a model's folder or its
 * name on the hub, a folder that the run writes, a column of the table, a modality, an array in a file, a class of the data, or nothing.
 */
export type ValueRole =
  | 'file'
  | 'folder'
  | 'place'
  | 'pattern'
  | 'model'
  | 'output'
  | 'column'
  | 'modality'
  | 'array'
  | 'class'
  | 'words';

type Roles = Readonly<Record<string, ValueRole>>;

/** Of formats that are a file or a folder. */
const places: Roles = { path: 'place', 'path.*': 'place', 'path.*.*': 'place' };

const embeddingFiles: Roles = {
  'relevance.shared': 'modality',
  'relevance.array': 'array',
  'relevance.file': 'file',

  path: 'file',
  'path.*': 'pattern',
  'path.*.*': 'pattern',
  'modalities.*': 'words',
};

/**
 * By section and kind: the role of each text, by its path within the entry; `*` is any name or index. A test holds
 * them to the schema: no text of it is without a role.
 */
export const valueRoles: Readonly<
  Record<'' | 'data' | 'encoders' | 'experiments', Readonly<Record<string, Roles>>>
> = {
  '': { '': { name: 'words', output: 'output' } },
  data: {
    npy: { ...embeddingFiles },
    npz: { ...embeddingFiles, 'modalities.*': 'array' },
    safetensors: { ...embeddingFiles, 'modalities.*': 'array' },
    pytorch: { ...embeddingFiles, 'modalities.*': 'array' },
    hdf5: { ...embeddingFiles, 'modalities.*': 'array' },
    arrow: { ...embeddingFiles, ...places, 'modalities.*': 'array', split: 'words' },
    zarr: { ...embeddingFiles, ...places, 'modalities.*': 'array' },
    embeddings: { ...embeddingFiles, path: 'folder', 'modalities.*': 'array' },
    'coco-captions': { path: 'file', images: 'folder' },
    'karpathy-split': { path: 'file', images: 'folder', split: 'words', 'split.*': 'words' },
    'flickr-captions': { path: 'file', images: 'folder' },
    table: {
      path: 'pattern',
      'path.*': 'pattern',
      delimiter: 'words',
      sql: 'words',
      'columns.*': 'column',
      'columns.*.column': 'column',
      root: 'folder',
      id: 'column',
      labels: 'column',
      'attributes.*': 'column',
      relevance: 'modality',
      'relevance.shared': 'modality',
      'relevance.column': 'column',
      'classes.*': 'class',
    },
    webdataset: {
      path: 'pattern',
      'path.*': 'pattern',
      caption: 'words',
      'attributes.*': 'words',
      'classes.*': 'class',
    },
    'text-lines': { path: 'file' },
    fasta: { path: 'file' },
    folder: { path: 'folder', prompt: 'words', 'classes.*': 'class' },
    tensors: { 'files.*': 'file', 'files.*.file': 'file', 'files.*.array': 'array', text: 'file' },
    scenes: { 'classes.*': 'class' },
  },
  encoders: {
    random: {},
    pretrained: { model: 'model', revision: 'words', output: 'words', prompt: 'words' },
    onnx: { path: 'file', processor: 'folder', output: 'words', prompt: 'words' },
  },
  experiments: {
    'modality-gap': { name: 'words' },
    'loss-landscape': { name: 'words' },
  },
};

/** Mappings whose keys are modalities, by the paths that lead to them; `*` is any name or index. */
const modalityMappings = ['encoders', 'data.path', 'data.modalities', 'data.columns', 'data.files'];

/** What the text at a path names; undefined where no text is expected. */
export function roleAt(value: unknown, path: Path): ValueRole | undefined {
  const [section] = path;
  const length = section === 'data' ? 1 : 2;
  if (section === 'data' || section === 'encoders' || section === 'experiments') {
    const kind = valueAt(value, [...path.slice(0, length), 'kind']);
    return typeof kind === 'string' ? roleWithin(valueRoles[section][kind], path.slice(length)) : undefined;
  }
  return roleWithin(valueRoles[''][''], path);
}

/** Whether the keys of the mapping at a path are names of modalities. */
export function hasModalityKeys(path: Path): boolean {
  return modalityMappings.includes(path.join('.'));
}

function roleWithin(roles: Roles | undefined, path: Path): ValueRole | undefined {
  if (roles === undefined) return undefined;
  return Object.entries(roles).find(([pattern]) => {
    const steps = pattern.split('.');
    return steps.length === path.length && steps.every((step, n) => step === '*' || step === path[n]);
  })?.[1];
}
