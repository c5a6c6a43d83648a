import type { ReaderDefinition } from './dataset.ts';
import { cocoCaptions } from './cocoCaptions.ts';
import { embeddingFolder } from './embeddingFolder.ts';
import { fasta } from './fasta.ts';
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

/** Every reader, in the order in which they are asked whether a path is theirs. */
export const readers: readonly ReaderDefinition[] = Object.freeze([
  npy,
  npz,
  safetensors,
  pytorch,
  embeddingFolder,
  // Before tables, which take any .json.
  cocoCaptions,
  table,
  webDataset,
  textLines,
  fasta,
  mediaFolder,
  tensors,
  scenes,
]);
