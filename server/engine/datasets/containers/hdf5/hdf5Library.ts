import { readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
// By its own name, bundles have it in their banner.
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { NonIeeeFloats } from './nonIeeeFloats.ts';

/** What `get_dataset_metadata` says of the type of values; `type` is HDF5's class. */
export interface Hdf5Type {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  readonly vlen: boolean;
  readonly enum_type?: { readonly type: number; readonly members: Readonly<Record<string, number>> };
  readonly compound_type?: { readonly members: readonly (Hdf5Type & { readonly name: string })[] };
  readonly array_type?: Hdf5Type & { readonly shape: readonly number[] };
}

/** What `get_dataset_metadata` says of a dataset. */
export interface Hdf5Metadata extends Hdf5Type {
  /** Null where there is no data space. */
  readonly shape: readonly number[] | null;
  readonly chunks: readonly number[] | null;
  readonly virtual_sources?: readonly unknown[];
}

/** The parts of h5wasm's module that are used: the HDF5 library, compiled to WebAssembly. */
interface Hdf5Module {
  readonly HEAPU8: Uint8Array;
  readonly H5F_ACC_RDONLY: number;
  readonly FS: MemoryFileSystem;
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_type(file: bigint, path: string): number;
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { readonly filename?: string };
  get_dataset_metadata(file: bigint, path: string): Hdf5Metadata;
  get_dataset_filters(file: bigint, path: string): { readonly id: number; readonly name: string }[];
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[],
    offset: bigint[],
    stride: bigint[],
    pointer: bigint,
  ): number;
  get_plugin_search_paths(): string[];
  _malloc(size: number): number;
  _free(pointer: number): void;
}

/** The parts of Emscripten's file system in memory that are used. */
interface MemoryFileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
  lookupPath(path: string): { readonly node: MemoryNode };
}

interface MemoryNode {
  readonly id: number;
  readonly mode: number;
  stream_ops: object;
  node_ops: object;
}

/** Filters beside those that the library has: which file of `h5wasm-plugins` has them. */
export const filterPlugins: Readonly<Record<number, string>> = {
  307: 'bz2',
  32_000: 'lzf',
  32_001: 'blosc',
  32_004: 'lz4',
  32_008: 'bshuf',
  32_015: 'zstd',
};
const IS_REGULAR_FILE = 0o100000;

let loading: Promise<Hdf5Module> | undefined;

/** The library with its filters. What it prints of damaged files is not wanted: the errors say it. */
async function load(): Promise<Hdf5Module> {
  // It is bound to `console.error` for good when it is loaded.
  const { error } = console;
  console.error = () => undefined;
  let module: Hdf5Module;
  try {
    // Not `h5wasm/node`, which lets files name any other file of this machine. This one knows no file but its own.
    const h5wasm = (await import('h5wasm')) as unknown as { readonly ready: Promise<Hdf5Module> };
    module = await h5wasm.ready;
  } finally {
    console.error = error;
  }
  const folder = join(
    nodeModule.createRequire(import.meta.url).resolve('h5wasm-plugins/package.json'),
    '..',
    'plugins',
  );
  const [target] = module.get_plugin_search_paths();
  module.FS.mkdirTree(target!);
  for (const name of Object.values(filterPlugins)) {
    const file = `libH5Z${name}.so`;
    module.FS.writeFile(`${target!}/${file}`, await readFile(join(folder, file)));
  }
  return module;
}

let lastFile = 0;

/** A file that the HDF5 library has open. It is read by parts, and the library can open no other file. */
export class Hdf5File {
  /** Which sizes of float are of another format than IEEE 754, as far as the types say that were read. */
  readonly floats = new NonIeeeFloats();
  readonly size: number;
  readonly #module: Hdf5Module;
  readonly #descriptor: number;
  readonly #path: string;
  #file = -1n;

  private constructor(module: Hdf5Module, descriptor: number, size: number) {
    this.#module = module;
    this.#descriptor = descriptor;
    this.size = size;
    this.#path = `/${++lastFile}.h5`;
    module.FS.writeFile(this.#path, new Uint8Array());
    this.#readFrom(module.FS.lookupPath(this.#path).node);
    this.#file = module.open(this.#path, module.H5F_ACC_RDONLY, false, -1, -1);
  }

  /**
   * @param descriptor of the file, which the caller closes later.
   * @returns null when the library does not take it for HDF5.
   */
  static async open(descriptor: number, size: number): Promise<Hdf5File | null> {
    const module = await (loading ??= load());
    const file = new Hdf5File(module, descriptor, size);
    if (file.#file >= 0n) return file;
    file.close();
    return null;
  }

  /** The ways to all that groups hold; what a group holds that is there twice, once. */
  names(): string[] {
    return this.#module.get_names(this.#file, '/', true);
  }

  /** What a link that is no object of the file itself leads to; null for what is one. */
  linkOf(name: string): string | null {
    const path = `/${name}`;
    const target = this.#module.get_symbolic_link(this.#file, path);
    if (target !== null) return `a link to ${target}`;
    const { filename } = this.#module.get_external_link(this.#file, path);
    return filename === undefined ? null : `a link into the file ${filename}`;
  }

  /** @returns 0 for a group, 1 for a dataset, another number for what is neither. */
  kindOf(name: string): number {
    return this.#module.get_type(this.#file, `/${name}`);
  }

  metadata(name: string): Hdf5Metadata {
    return this.#module.get_dataset_metadata(this.#file, `/${name}`);
  }

  filters(name: string): { readonly id: number; readonly name: string }[] {
    return this.#module.get_dataset_filters(this.#file, `/${name}`);
  }

  /**
   * A block of a dataset, little-endian.
   *
   * @returns null when the library fails.
   */
  read(
    name: string,
    offset: readonly number[],
    count: readonly number[],
    bytesPerValue: number,
  ): Uint8Array<ArrayBuffer> | null {
    const size = count.reduce((product, length) => product * length, bytesPerValue);
    const module = this.#module;
    const pointer = module._malloc(size);
    if (pointer === 0) return null;
    try {
      const status = module.get_dataset_data(
        this.#file,
        `/${name}`,
        count.map(BigInt),
        offset.map(BigInt),
        offset.map(() => 1n),
        BigInt(pointer),
      );
      return status < 0 ? null : module.HEAPU8.slice(pointer, pointer + size);
    } finally {
      module._free(pointer);
    }
  }

  close(): void {
    if (this.#file >= 0n) this.#module.close_file(this.#file);
    this.#module.FS.unlink(this.#path);
  }

  /** Has a file in memory give the bytes of the file on the disk. */
  #readFrom(node: MemoryNode): void {
    const { size, floats } = this;
    const descriptor = this.#descriptor;
    node.stream_ops = {
      ...node.stream_ops,
      read(_: unknown, memory: Uint8Array, offset: number, length: number, position: number): number {
        const available = Math.max(0, Math.min(length, size - position));
        const read = available === 0 ? 0 : readSync(descriptor, memory, offset, available, position);
        floats.look(memory.subarray(offset, offset + read));
        return read;
      },
      llseek(stream: { readonly position: number }, offset: number, whence: number): number {
        const origin = whence === 1 ? stream.position : whence === 2 ? size : 0;
        return origin + offset;
      },
    };
    node.node_ops = {
      ...node.node_ops,
      getattr: () => ({
        dev: 1,
        ino: node.id,
        mode: IS_REGULAR_FILE | 0o444,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime: new Date(0),
        mtime: new Date(0),
        ctime: new Date(0),
        blksize: 4096,
        blocks: Math.ceil(size / 4096),
      }),
    };
  }
}
