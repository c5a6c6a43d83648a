import type { ReaderDefinition } from './dataset.ts';
import { arrow } from './arrow.ts';
import { cocoCaptions } from './cocoCaptions.ts';
import { embeddingFolder } from './embeddingFolder.ts';
import { fasta } from './fasta.ts';
import { flickrCaptions } from './flickrCaptions.ts';
import { hdf5 } from './hdf5.ts';
import { karpathySplit } from './karpathySplit.ts';
import { mediaFolder } from './mediaFolder.ts';
import { npy } from './npy.ts';
import { npz } from './npz.ts';
import { pytorch } from './pytorch.ts';
import { safetensors } from './safetensors.ts';
import { scenes } from './scenes/scenes.ts';
import { table } from './table.ts';
import { tensors } from './tensors.ts';
import { textLines } from './textLines.ts';
import { webDataset } from './webDataset.ts';
import { zarr } from './zarr.ts';

/** Every reader, in the order in which they are asked whether a path is theirs. */
export const readers: readonly ReaderDefinition[] = Object.freeze([
  npy,
  npz,
  safetensors,
  pytorch,
  hdf5,
  // Folders of these hold files of arrays too.
  arrow,
  zarr,
  embeddingFolder,
  // Before tables, which take any .csv, and lines of text, which take any .txt.
  cocoCaptions,
  karpathySplit,
  flickrCaptions,
  table,
  webDataset,
  textLines,
  fasta,
  mediaFolder,
  tensors,
  scenes,
]);
