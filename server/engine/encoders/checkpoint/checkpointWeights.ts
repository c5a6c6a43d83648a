import { open, type FileHandle } from 'node:fs/promises';
import { safetensorsFloatTypes } from '../../datasets/floatTypes.ts';
import { readSafetensors, type SafetensorsEntry } from '../../datasets/safetensorsFile.ts';
import { storedMatrices } from '../../datasets/storedArray.ts';
import type { Graph, Parameter, ParameterValues } from '../../graph/graph.ts';
import { elementCount, formatShape } from '../../graph/graph.ts';
import { InputError } from '../../problems.ts';
import { fileHash } from '../modelSource/fileHash.ts';
import { checkpointFile } from './checkpointFile.ts';

/** Where the value of a parameter is in a checkpoint: tensors one after the other along their first axis. */
export interface ParameterSource {
  readonly names: readonly string[];
  /** Whether the tensor is the parameter's transpose. */
  readonly transposed: boolean;
  /** How much of the parameter each tensor holds, relative to the others; as much as they unless given. */
  readonly shares?: readonly number[];
  /** Of a single tensor, which of so many equal parts along its first axis the parameter is. */
  readonly part?: { readonly index: number; readonly of: number };
  /** Axes of length 1 that the tensor has before those of the parameter. */
  readonly extraAxes?: number;
}

/** How the tensors of a kind of checkpoint are named. */
export interface TensorNames {
  /** How messages call such a model. */
  readonly model: string;
  /** Tensors of one value, for which both `[]` and `[1]` are taken as shapes. */
  readonly scalars: readonly string[];
  /** Of which part of the model a tensor is; `neither` for those that no computation takes. */
  readonly part: (name: string) => 'image' | 'text' | 'neither' | 'unknown';
  /** The tensors that hold the parameters of a network, in a checkpoint with tensors of these names. */
  sources(names: Iterable<string>): (parameter: string) => ParameterSource;
}

/** What a checkpoint has learned of one part; the weights themselves stay on the disk until they are needed. */
export interface CheckpointWeights {
  /** SHA-256 of each file, in order. */
  hashes(): Promise<string[]>;
  /** The values of `TensorNames.scalars`, in their order. */
  readonly scalars: readonly number[];
  /** Reads the parameters of the graph. float16 and bfloat16 become float32. */
  read(): Promise<ParameterValues>;
}

const listed = 20;

/**
 * Looks into the safetensors files of a folder for the parameters of a graph.
 *
 * @param part The part of the model that the graph is; tensors of the other one are not looked at.
 * @throws InputError `checkpoint-file` when a file is not there, `checkpoint-tensors` with a list of all tensors that
 * are missing, twice there, have another shape or type, or are not known; and those of `readSafetensors`.
 */
export async function openWeights(
  folder: string,
  names: readonly string[],
  graph: Graph,
  tensorNames: TensorNames,
  part: 'image' | 'text',
): Promise<CheckpointWeights> {
  const files = await Promise.all(names.map((name) => checkpointFile(folder, name)));
  const where = files.map(({ file }) => file).join(', ');
  const withTensors = async <T>(use: (entries: Entries) => Promise<T>): Promise<T> => {
    const handles: FileHandle[] = [];
    try {
      const entries = new Map<string, FileEntry>();
      for (const { file, size } of files) {
        const handle = await open(file, 'r');
        handles.push(handle);
        for (const entry of await readSafetensors(handle, file, size)) {
          const other = entries.get(entry.name);
          if (other) throw unfit(file, `${entry.name} is in ${other.file} too`);
          entries.set(entry.name, { ...entry, file });
        }
      }
      return await use(entries);
    } finally {
      await Promise.all(handles.map((handle) => handle.close()));
    }
  };
  const sourcesIn = (entries: Entries): SourcedParameter[] => {
    const sourceOf = tensorNames.sources(entries.keys());
    return graph.parameters.map((parameter) => ({ parameter, source: sourceOf(parameter.name) }));
  };
  const unfit = (file: string, problem: string): InputError =>
    new InputError('checkpoint-tensors', `${file} does not hold this ${tensorNames.model}: ${problem}`, {
      file,
    });
  return {
    hashes: () => Promise.all(files.map(({ file }) => fileHash(file))),
    scalars: await withTensors(async (entries) => {
      const problems = tensorProblems(entries, sourcesIn(entries), tensorNames, part);
      if (problems.length > 0) {
        const more = problems.length > listed ? `; and ${problems.length - listed} more` : '';
        throw unfit(where, `${problems.slice(0, listed).join('; ')}${more}`);
      }
      const values: number[] = [];
      for (const name of tensorNames.scalars) {
        const value = new Float32Array(1);
        await readTensor(entries.get(name)!, value);
        values.push(value[0]!);
      }
      return values;
    }),
    read: () =>
      withTensors(async (entries) => {
        const values = new Map<string, Float32Array>();
        for (const { parameter, source } of sourcesIn(entries)) {
          values.set(parameter.name, await parameterValue(parameter, source, entries));
        }
        return values;
      }),
  };
}

/**
 * The shapes of the tensors in the safetensors files of a folder, by name.
 *
 * @throws InputError as `checkpointFile` and `readSafetensors`.
 */
export async function tensorShapes(
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const shapes = new Map<string, readonly number[]>();
  for (const name of names) {
    const { file, size } = await checkpointFile(folder, name);
    const handle = await open(file, 'r');
    try {
      for (const entry of await readSafetensors(handle, file, size)) shapes.set(entry.name, entry.shape);
    } finally {
      await handle.close();
    }
  }
  return shapes;
}

type FileEntry = SafetensorsEntry & { readonly file: string };
type Entries = ReadonlyMap<string, FileEntry>;

interface SourcedParameter {
  readonly parameter: Parameter;
  readonly source: ParameterSource;
}

function tensorProblems(
  entries: Entries,
  sources: readonly SourcedParameter[],
  { scalars, part: partOf }: TensorNames,
  part: 'image' | 'text',
): string[] {
  const expected = new Map<string, readonly number[]>(scalars.map((name) => [name, []]));
  for (const { parameter, source } of sources) {
    for (const [index, name] of source.names.entries()) {
      expected.set(name, tensorShape(parameter, source, index));
    }
  }
  const problems: string[] = [];
  for (const [name, shape] of expected) {
    const entry = entries.get(name);
    const isScalar = shape.length === 0;
    if (entry === undefined) {
      problems.push(`${name} ${formatShape(shape)} is missing`);
    } else if (isScalar ? elementCount(entry.shape) !== 1 : formatShape(entry.shape) !== formatShape(shape)) {
      problems.push(`${name} has the shape ${formatShape(entry.shape)}, expected ${formatShape(shape)}`);
    } else if (safetensorsFloatTypes[entry.type] === undefined) {
      problems.push(`${name} holds ${entry.type}, expected F16, BF16, F32 or F64`);
    }
  }
  for (const { name, shape } of entries.values()) {
    const of = partOf(name);
    if ((of === part || of === 'unknown') && !expected.has(name)) {
      problems.push(`${name} ${formatShape(shape)} is not part of the architecture in config.json`);
    }
  }
  return problems;
}

function tensorShape(
  { shape }: Parameter,
  { names, transposed, shares, part, extraAxes = 0 }: ParameterSource,
  index: number,
): readonly number[] {
  if (transposed) return shape.toReversed();
  const rows = part === undefined ? shape[0]! * shareOf(index, names, shares) : shape[0]! * part.of;
  return [...Array.from({ length: extraAxes }, () => 1), rows, ...shape.slice(1)];
}

/** The share of a parameter's rows that one of its tensors holds. */
function shareOf(
  index: number,
  names: readonly string[],
  shares: readonly number[] = names.map(() => 1),
): number {
  return shares[index]! / shares.reduce((sum, share) => sum + share, 0);
}

async function parameterValue(
  { shape }: Parameter,
  { names, transposed, shares, part }: ParameterSource,
  entries: Entries,
): Promise<Float32Array> {
  const value = new Float32Array(elementCount(shape));
  if (part !== undefined) {
    const whole = new Float32Array(value.length * part.of);
    await readTensor(entries.get(names[0]!)!, whole);
    return whole.slice(part.index * value.length, (part.index + 1) * value.length);
  }
  let start = 0;
  for (const [index, name] of names.entries()) {
    const end = start + Math.round(value.length * shareOf(index, names, shares));
    await readTensor(entries.get(name)!, value.subarray(start, end));
    start = end;
  }
  return transposed ? transposedMatrix(value, shape as readonly [number, number]) : value;
}

/** All values of a tensor, as a single row. */
async function readTensor(entry: FileEntry, target: Float32Array): Promise<void> {
  const layout = {
    shape: [1, target.length],
    type: safetensorsFloatTypes[entry.type]!,
    fortranOrder: false,
  };
  await storedMatrices(entry.name, entry.file, layout, () => entry.bytes)[0]!.read(0, 1, target);
}

/** The rows × columns matrix whose transpose is given. */
function transposedMatrix(values: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[row * columns + column] = values[column * rows + row]!;
    }
  }
  return result;
}
