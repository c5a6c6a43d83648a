import { skippedRowsNotes } from '../../../server/engine/datasets/dataNotes.ts';
import fc from 'fast-check';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Field,
  Float32,
  Float64,
  Int32,
  List,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import * as h5wasm from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../../server/engine/datasets/arrow.ts';
import { hdf5 } from '../../../server/engine/datasets/hdf5.ts';
import type { Dataset } from '../../../server/engine/datasets/dataset.ts';
import { mediaFolder } from '../../../server/engine/datasets/mediaFolder.ts';
import { npy } from '../../../server/engine/datasets/npy.ts';
import { npz } from '../../../server/engine/datasets/npz.ts';
import { safetensors } from '../../../server/engine/datasets/safetensors.ts';
import { tensors } from '../../../server/engine/datasets/tensors.ts';
import { webDataset } from '../../../server/engine/datasets/webDataset.ts';
import { zarr } from '../../../server/engine/datasets/zarr.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { npyBytesOf, npzBytesOf, safetensorsBytesOf, type WrittenArray } from './arrayFiles.ts';
import { openReader, temporaryFolder } from './openForTest.ts';
import { tarArchive } from './tarArchive.ts';

/** Data with parts, each of which is to be a modality or to be named. */
interface Written {
  readonly open: () => Promise<Dataset>;
  /** How a part is called where it is a modality (or the beginning of that), and where a note names it. */
  readonly parts: readonly { readonly modality: string; readonly named: string }[];
}

/** A reader that this property is held for: add a line for each new one. */
interface Form {
  readonly reader: string;
  readonly data: fc.Arbitrary<() => Written | Promise<Written>>;
}

const folder = temporaryFolder();
const types = ['<f2', '<f4', '<f8', '|i1', '|u1', '<i4', '<i8', '|b1'] as const;
const otherTypes = ['|O', '<U3', '<c8'] as const;
const shape = fc.oneof(
  fc.constant([6, 4]),
  fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 }), fc.constant(4)),
);

const arrayName = fc.constantFrom(
  'image',
  'text',
  'audio',
  'ids',
  'labels',
  'input_ids',
  'mask',
  'logit_scale',
  'x',
);

/** Columns of an Arrow file, of six rows each. */
const arrowColumns: ReadonlyMap<string, () => Vector> = new Map([
  ['lists of floats', () => lists(new Float32(), 4)],
  ['other lists of floats', () => lists(new Float64(), 3)],
  ['lists of whole numbers', () => lists(new Int32(), 4)],
  ['lists of texts', () => lists(new Utf8(), 4)],
  ['numbers', () => vectorFromArray([1, 2, 3, 4, 5, 6], new Float32()) as Vector],
  ['texts', () => vectorFromArray(['a', 'b', 'c', 'd', 'e', 'f'], new Utf8()) as Vector],
]);

function lists(type: Float32 | Float64 | Int32 | Utf8, columns: number): Vector {
  const row = Array.from({ length: columns }, (_, at) => (type instanceof Utf8 ? `${at}` : at + 1));
  const rows = Array.from({ length: 6 }, () => row);
  return vectorFromArray(rows as never[], new List(new Field('item', type, true)) as never) as Vector;
}

/** The library may keep a file open for a while after it was closed: each has a name of its own. */
let lastHdf5 = 0;

const hdf5Types = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<b': Int8Array,
  '<B': Uint8Array,
  '<i4': Int32Array,
  S3: null,
} as const;

/** Zeros of a type, or texts, as h5wasm takes them. */
function hdf5Values(type: string, count: number) {
  const TypedArray = hdf5Types[type as keyof typeof hdf5Types];
  return TypedArray === null ? Array.from({ length: count }, () => 'abc') : new TypedArray(count);
}

function arrays(of: readonly string[], most: number): fc.Arbitrary<WrittenArray[]> {
  return fc.uniqueArray(fc.record({ name: arrayName, type: fc.constantFrom(...of), shape }), {
    minLength: 1,
    maxLength: most,
    selector: (array) => array.name,
  });
}

function arrayParts(written: readonly WrittenArray[]): Written['parts'] {
  return written.map(({ name }) => ({ modality: name, named: name }));
}

const ends = ['jpg', 'PNG', 'wav', 'mp4', 'npy', 'txt', 'bmp', 'npz', 'seg.png', 'pth', 'jxl'] as const;
const contentOf: Readonly<Record<string, string>> = {
  jpg: 'image',
  PNG: 'image',
  bmp: 'image',
  wav: 'audio',
  mp4: 'video',
  npy: 'tensor',
  txt: 'text',
};
/** Of two files of one content, either is the modality's: one of each is written. */
const someEnds = fc.uniqueArray(fc.constantFrom(...ends), {
  minLength: 1,
  selector: (end) => contentOf[end] ?? end,
});
const contentParts = (chosen: readonly string[], namedBy: (end: string) => string): Written['parts'] =>
  chosen.map((end) => ({ modality: contentOf[end] ?? '-', named: `.${namedBy(end)}` }));

const forms: readonly Form[] = [
  {
    reader: 'npy',
    data: arrays([...types, ...otherTypes], 1).map((written) => () => {
      writeFileSync(join(folder, 'a.npy'), npyBytesOf(written[0]!));
      return {
        open: () => openReader(npy, { path: 'a.npy' }, folder),
        parts: [{ modality: 'modality', named: 'modality' }],
      };
    }),
  },
  {
    reader: 'npz',
    data: arrays([...types, ...otherTypes], 6).map((written) => () => {
      writeFileSync(join(folder, 'a.npz'), npzBytesOf(written));
      return { open: () => openReader(npz, { path: 'a.npz' }, folder), parts: arrayParts(written) };
    }),
  },
  {
    reader: 'safetensors',
    data: arrays(types, 6).map((written) => () => {
      writeFileSync(join(folder, 'a.safetensors'), safetensorsBytesOf(written));
      const path = 'a.safetensors';
      return { open: () => openReader(safetensors, { path }, folder), parts: arrayParts(written) };
    }),
  },
  {
    reader: 'zarr',
    data: arrays([...types, ...otherTypes], 6).map((written) => () => {
      const path = join(folder, 'a.zarr');
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      writeFileSync(join(path, '.zgroup'), '{"zarr_format": 2}');
      for (const { name, type, shape: ofArray } of written) {
        mkdirSync(join(path, name));
        const told = { zarr_format: 2, dtype: type, shape: ofArray, chunks: ofArray, order: 'C' };
        const document = { ...told, compressor: null, filters: null, fill_value: 0 };
        writeFileSync(join(path, name, '.zarray'), JSON.stringify(document));
      }
      return { open: () => openReader(zarr, { path }, folder), parts: arrayParts(written) };
    }),
  },
  {
    reader: 'hdf5',
    data: arrays(Object.keys(hdf5Types), 6).map((written) => async () => {
      const { FS } = await h5wasm.ready;
      const inMemory = `${++lastHdf5}.h5`;
      const file = new h5wasm.File(inMemory, 'w');
      for (const { name, type, shape: ofArray } of written) {
        const values = ofArray.reduce((product, length) => product * length, 1);
        const data = hdf5Values(type, values);
        file.create_dataset({
          name,
          data, // Of no axis, h5wasm takes a number that is no array.
          shape: ofArray.length === 0 ? [1] : [...ofArray],
          dtype: type,
        });
      }
      file.close();
      writeFileSync(join(folder, 'a.h5'), FS.readFile(inMemory));
      FS.unlink(inMemory);
      return { open: () => openReader(hdf5, { path: 'a.h5' }, folder), parts: arrayParts(written) };
    }),
  },
  {
    reader: 'arrow',
    data: fc
      .uniqueArray(fc.record({ name: arrayName, column: fc.constantFrom(...arrowColumns.keys()) }), {
        minLength: 1,
        maxLength: 6,
        selector: ({ name }) => name,
      })
      .map((written) => () => {
        const columns = Object.fromEntries(
          written.map(({ name, column }) => [name, arrowColumns.get(column)!()]),
        );
        writeFileSync(join(folder, 'a.arrow'), tableToIPC(new Table(columns), 'file'));
        return {
          open: () => openReader(arrow, { path: 'a.arrow' }, folder),
          parts: written.map(({ name }) => ({ modality: name, named: name })),
        };
      }),
  },
  {
    reader: 'tensors',
    data: arrays([...types, ...otherTypes], 6).map((written) => () => {
      writeFileSync(join(folder, 't.npz'), npzBytesOf(written));
      const files = { [written[0]!.name]: 't.npz' };
      return { open: () => openReader(tensors, { files }, folder), parts: arrayParts(written) };
    }),
  },
  {
    reader: 'webdataset',
    data: someEnds.map((chosen) => async () => {
      const members = ['1', '2'].flatMap((key) => chosen.map((end) => [`${key}.${end}`, 'x'] as const));
      writeFileSync(join(folder, 'a.tar'), await tarArchive(members));
      return {
        open: () => openReader(webDataset, { path: 'a.tar' }, folder),
        parts: contentParts(chosen, (end) => end.toLowerCase()),
      };
    }),
  },
  {
    reader: 'folder',
    data: someEnds.map((chosen) => () => {
      const path = join(folder, 'media');
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      for (const end of chosen)
        for (const stem of ['1', '2']) writeFileSync(join(path, `${stem}.${end}`), 'x');
      return {
        open: () => openReader(mediaFolder, { path }, folder),
        // `1.seg.png` is a picture of another row, which has no partner: it is named as a row that is left out.
        parts: contentParts(chosen, (end) => end.toLowerCase()).filter((_, at) => chosen[at] !== 'seg.png'),
      };
    }),
  },
];

function modalitiesOf(dataset: Dataset): readonly string[] {
  return dataset.kind === 'samples'
    ? dataset.modalities.map(({ name }) => name)
    : dataset.sources.map(({ modality }) => modality);
}

describe('every part of data is a modality, or is named, or is refused with a message', () => {
  it.each(forms)('$reader', async ({ data }) => {
    await fc.assert(
      fc.asyncProperty(data, async (write) => {
        const { open, parts } = await write();
        let dataset: Dataset;
        try {
          dataset = await open();
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).message.length).toBeLessThanOrEqual(1000);
          return;
        }
        await dataset.close();
        const modalities = modalitiesOf(dataset);
        const skipped = dataset.kind === 'samples' ? skippedRowsNotes(dataset.skipped) : [];
        const notes = [...dataset.notes, ...skipped].map(({ message }) => message);
        for (const note of notes) expect(note.length).toBeLessThanOrEqual(1000);
        const vanished = parts.filter(
          ({ modality, named }) =>
            !modalities.some((found) => found === modality || found.startsWith(`${modality}-`)) &&
            !notes.some((note) => note.includes(`${named} (`) || note.includes(`${named}: by its name`)),
        );
        const counted = notes.map((note) => Number(/, and (\d+) more$/.exec(note)?.[1] ?? 0));
        expect(vanished.slice(counted.reduce((sum, more) => sum + more, 0))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
