import { elementCount } from '../graph/graph.ts';
import { dot } from '../numerics/dot.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row } from '../numerics/matrix.ts';
import { InputError } from '../problems.ts';
import type { ModelProcess } from '../runtime/modelProcess.ts';
import type { TensorInfo, TensorValue } from '../runtime/onnxRuntime.ts';
import { embeddingAxes } from './embeddingOutput.ts';
import type { EmbeddingModel, PreparedItem } from './encoder.ts';
import { BatchDependence, embedAlone, embedTogether, type RowBatches } from './independentRows.ts';
import type { TokenPool } from './pooling.ts';

/** Shapes of inputs without their batch axis, by name. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

export interface ProcessModelOptions {
  /** How messages call the model. */
  readonly name: string;
  /** The output that holds the embeddings. */
  readonly output: string;
  /** How embeddings of tokens (batch × tokens × dimension) become one. */
  readonly pool: TokenPool;
  /** What a model of two modalities takes of the other one, where it leaves lengths open; 1 unless given. */
  readonly otherShapes?: InputShapes;
  /**
   * How it is held that a row does not depend on its batch: `known` of a model that is built so, as unless given; `probed`
   * of one that may be, and is embedded row by row where it is not; `alone` for row by row in any case.
   */
  readonly independence?: 'known' | 'probed' | 'alone';
}

/**
 * A model in a process of its own that embeds prepared items. Its inputs are fed by name; a model with one input takes
 * the items' one. What a model of two modalities takes of the other one is fed with zeros.
 *
 * An item whose input has as many axes as the model's, batch included, has several parts along its first axis, as a
 * video has frames: each is embedded, brought to unit length, and their mean is the item's embedding (Luo et al. 2021,
 * CLIP4Clip, "mean pooling").
 */
export function processModel(
  process: ModelProcess,
  { name, output, pool, otherShapes = {}, independence = 'known' }: ProcessModelOptions,
): EmbeddingModel {
  async function embedRows(sources: readonly InputSource[], rows: readonly Inputs[]): Promise<Matrix> {
    const { [output]: result } = await process.run(feedsOf(sources, rows), [output]);
    const embedded = rowsOf(name, output, result!, pool, maskOf(rows));
    if (embedded.rows === rows.length) return embedded;
    throw new InputError(
      'model-output',
      `${name}: its output ${output} has ${embedded.rows} rows for a batch of ${rows.length}, expected one each`,
    );
  }

  const dependence = new BatchDependence();

  return {
    async embed(items) {
      const sources = inputSources(name, process.inputs, items[0]!, otherShapes);
      const parts = partsOf(items[0]!, sources);
      const rows = items.flatMap(({ inputs }) => (parts === null ? [inputs] : partsIn(inputs, parts)));
      const batches: RowBatches<Inputs> = {
        fixed: fixedBatch(sources),
        smallest: independence === 'probed' ? 2 : 1,
        embed: (batch) => embedRows(sources, batch),
        other: unlike,
      };
      const all = await {
        known: () => embedTogether(rows, batches),
        probed: () => dependence.embed(rows, rows[0]![mainInput(rows[0]!)]!.data.length, batches),
        alone: () => embedAlone(rows, batches),
      }[independence]();
      return parts === null ? all : averaged(all, parts);
    },
    get dependsOnBatch() {
      return dependence.wasFound;
    },
    dispose: () => process.kill(),
  };
}

type Inputs = PreparedItem['inputs'];

/** Where an input of the model comes from: an input of the items, or one value in a shape. */
type InputSource = { readonly input: TensorInfo } & (
  { readonly from: string } | { readonly shape: readonly number[]; readonly value: number }
);

/** What models of two modalities call their inputs. */
const mediaNames = ['pixel_values', 'input_features', 'input_values', 'is_longer'];
const tokenNames = ['input_ids', 'attention_mask', 'token_type_ids'];

function inputSources(
  name: string,
  inputs: readonly TensorInfo[],
  { inputs: given }: PreparedItem,
  otherShapes: InputShapes,
): InputSource[] {
  const names = Object.keys(given);
  const main = mainInput(given);
  const isText = main === 'input_ids';
  if (inputs.length === 1 && !(inputs[0]!.name in given)) return [{ input: inputs[0]!, from: main }];
  const unknown = (): InputError => {
    const taken = inputs.map((input) => input.name).join(', ');
    return new InputError(
      'model-inputs',
      `${name}: it takes ${taken || 'nothing'}; the items give ${names.join(', ')}`,
    );
  };
  const sources = inputs.map((input): InputSource => {
    if (input.name in given) return { input, from: input.name };
    if (!(isText ? mediaNames : tokenNames).includes(input.name)) throw unknown();
    const open = [1, ...(otherShapes[input.name] ?? [])];
    const shape = input.shape.map((length, axis) => fixedLength(length) ?? open[axis] ?? 1);
    return { input, shape, value: input.name === 'attention_mask' ? 1 : 0 };
  });
  if (!sources.some((source) => 'from' in source && source.from === main)) throw unknown();
  return sources;
}

/** The inputs of an item that is unlike one: numbers of a wider range, or the first token throughout. */
function unlike(inputs: Inputs): Inputs {
  const main = mainInput(inputs);
  const { shape, data } = inputs[main]!;
  const other = emptyLike(data, data.length);
  if (other instanceof Float32Array) {
    const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    other.forEach((_, i) => (other[i] = (i % 2 === 0 ? -1 : 1) * (3 * largest + 1)));
  }
  if (other instanceof Uint8Array) other.forEach((_, i) => (other[i] = i % 2 === 0 ? 0 : 255));
  return { ...inputs, [main]: { shape, data: other } };
}

/** The input that holds the item itself; others say more of it. */
function mainInput(given: Inputs): string {
  return 'input_ids' in given ? 'input_ids' : Object.keys(given)[0]!;
}

/** The length of an axis that has the same in every run; null where it is open. */
export function fixedLength(length: number | string | undefined): number | null {
  return typeof length === 'number' && length > 0 ? length : null;
}

/** The number of items that a model must be given at a time; null when it takes any. */
function fixedBatch(sources: readonly InputSource[]): number | null {
  for (const source of sources) {
    const length = 'from' in source ? fixedLength(source.input.shape[0]) : null;
    if (length !== null) return length;
  }
  return null;
}

/** How many parts an item has along its first axis; null where it has none. */
function partsOf({ inputs }: PreparedItem, sources: readonly InputSource[]): number | null {
  const main = mainInput(inputs);
  const { shape } = inputs[main]!;
  const source = sources.find((each) => 'from' in each && each.from === main);
  return shape.length > 0 && shape.length === source?.input.shape.length ? shape[0]! : null;
}

function partsIn(inputs: Inputs, parts: number): Inputs[] {
  return Array.from({ length: parts }, (_, part) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => {
        const length = data.length / parts;
        return [
          name,
          { shape: shape.slice(1), data: data.subarray(part * length, (part + 1) * length) },
        ] as const;
      }),
    ),
  );
}

function feedsOf(
  sources: readonly InputSource[],
  rows: readonly Inputs[],
): Readonly<Record<string, TensorValue>> {
  return Object.fromEntries(
    sources.map((source) => [
      source.input.name,
      'from' in source
        ? asMask(source.input, stacked(rows, source.from, source.input.shape.length))
        : filled(source.shape, source.value, source.input),
    ]),
  );
}

/** @param axes of the model's input, batch included. */
function stacked(rows: readonly Inputs[], name: string, axes: number): TensorValue {
  const { shape, data: first } = rows[0]![name]!;
  const { length } = first;
  const data = emptyLike(first, rows.length * length);
  rows.forEach((inputs, index) => {
    // Items of a batch are of equal shapes and types; TypeScript cannot know that the array's are.
    (data as Float32Array).set(inputs[name]!.data as Float32Array, index * length);
  });
  // Some exporters leave out the second axis of `is_longer`, which has one entry.
  const isFlat = axes === 1 && shape.length === 1 && length === 1;
  return { shape: isFlat ? [rows.length] : [rows.length, ...shape], data };
}

/** A mask of whole numbers in the type that the model takes it in; anything else as it is. */
function asMask({ name, type }: TensorInfo, { shape, data }: TensorValue): TensorValue {
  if (name !== 'attention_mask') return { shape, data };
  if (type === 'bool') return { shape, data: Uint8Array.from(data as Int32Array) };
  return { shape, data: type.startsWith('float') ? Float32Array.from(data as Int32Array) : data };
}

function emptyLike(data: TensorValue['data'], length: number): TensorValue['data'] {
  if (data instanceof Float32Array) return new Float32Array(length);
  if (data instanceof Int32Array) return new Int32Array(length);
  return data instanceof BigInt64Array ? new BigInt64Array(length) : new Uint8Array(length);
}

function filled(shape: readonly number[], value: number, { type }: TensorInfo): TensorValue {
  const length = elementCount(shape);
  if (type.startsWith('float')) return { shape, data: new Float32Array(length).fill(value) };
  const isByte = type === 'bool' || type === 'uint8';
  return { shape, data: (isByte ? new Uint8Array(length) : new Int32Array(length)).fill(value) };
}

function maskOf(rows: readonly Inputs[]): Int32Array | null {
  if (!('attention_mask' in rows[0]!)) return null;
  const { data } = stacked(rows, 'attention_mask', 2);
  return data instanceof Int32Array ? data : null;
}

function rowsOf(
  name: string,
  output: string,
  { shape, data }: TensorValue,
  pool: TokenPool,
  mask: Int32Array | null,
): Matrix {
  if (!(data instanceof Float32Array)) {
    throw new InputError('model-output', `${name}: its output ${output} holds no numbers with a fraction`);
  }
  const [rows = 0, ...axes] = shape;
  const [first, second] = embeddingAxes(axes, mask === null ? null : mask.length / rows);
  if (first !== undefined && second === undefined) return matrix(rows, first, new Float32Array(data));
  if (first !== undefined && second !== undefined) {
    // A model may have fewer tokens than its input: patches, or frames of sound.
    const usable = mask?.length === rows * first ? mask : null;
    return pool({ rows, tokens: first, columns: second, data, mask: usable });
  }
  throw new InputError(
    'model-output',
    `${name}: its output ${output} has the shape ${shape.join('×')}, expected rows × dimension or rows × tokens × dimension`,
  );
}

/** Means of groups of rows, each row brought to unit length first. */
function averaged(rows: Matrix, parts: number): Matrix {
  const means = matrix(rows.rows / parts, rows.columns);
  for (let item = 0; item < means.rows; item++) {
    const sums = new Float64Array(rows.columns);
    for (let part = 0; part < parts; part++) {
      const values = row(rows, item * parts + part);
      const norm = Math.sqrt(dot(values, values)) || 1;
      for (let c = 0; c < values.length; c++) sums[c]! += values[c]! / norm / parts;
    }
    row(means, item).set(sums);
  }
  return means;
}
