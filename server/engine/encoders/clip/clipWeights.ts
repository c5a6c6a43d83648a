import { open } from 'node:fs/promises';
import { safetensorsFloatTypes } from '../../datasets/floatTypes.ts';
import { readSafetensors, type SafetensorsEntry } from '../../datasets/safetensorsFile.ts';
import { storedMatrices } from '../../datasets/storedArray.ts';
import type { Graph, Parameter, ParameterValues } from '../../graph/graph.ts';
import { elementCount, formatShape } from '../../graph/graph.ts';
import { InputError } from '../../problems.ts';
import { checkpointFile } from './checkpointFile.ts';
import { namingStyle, parameterSource, tensorPart, type ParameterSource } from './checkpointNames.ts';

/** What a checkpoint has learned of one part. */
export interface ClipWeights {
  readonly values: ParameterValues;
  /** What cosines are multiplied by in training, the inverse of the temperature: exp of the tensor `logit_scale`. */
  readonly logitScale: number;
}

const listed = 20;
const logitScaleName = 'logit_scale';

/**
 * Reads the parameters of a graph from a folder's `model.safetensors`, in Hugging Face's or OpenAI's names.
 * float16 and bfloat16 become float32.
 *
 * @param part The part of CLIP that the graph is; tensors of the other one are not looked at.
 * @throws InputError `checkpoint-file` when the file is not there, `checkpoint-tensors` with a list of all tensors that
 * are missing, have another shape or type, or are not known; and those of `readSafetensors`.
 */
export async function readClipWeights(
  folder: string,
  graph: Graph,
  part: 'image' | 'text',
): Promise<ClipWeights> {
  const { file, size } = await checkpointFile(folder, 'model.safetensors');
  const handle = await open(file, 'r');
  try {
    const entries = new Map(
      (await readSafetensors(handle, file, size)).map((entry) => [entry.name, entry] as const),
    );
    const style = namingStyle(entries.keys());
    const sources = graph.parameters.map((parameter) => ({
      parameter,
      source: parameterSource(parameter.name, style),
    }));
    checkTensors(file, entries, sources, part);
    const values = new Map<string, Float32Array>();
    for (const { parameter, source } of sources) {
      values.set(parameter.name, await parameterValue(file, parameter, source, entries));
    }
    const logarithm = new Float32Array(1);
    await readTensor(file, entries.get(logitScaleName)!, logarithm);
    return { values, logitScale: Math.exp(logarithm[0]!) };
  } finally {
    await handle.close();
  }
}

interface SourcedParameter {
  readonly parameter: Parameter;
  readonly source: ParameterSource;
}

function checkTensors(
  file: string,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  sources: readonly SourcedParameter[],
  part: 'image' | 'text',
): void {
  const expected = new Map<string, readonly number[]>([[logitScaleName, []]]);
  for (const { parameter, source } of sources) {
    for (const name of source.names) expected.set(name, tensorShape(parameter, source));
  }
  const problems: string[] = [];
  for (const [name, shape] of expected) {
    const entry = entries.get(name);
    if (entry === undefined) {
      problems.push(`${name} ${formatShape(shape)} is missing`);
    } else if (formatShape(entry.shape) !== formatShape(shape)) {
      problems.push(`${name} has the shape ${formatShape(entry.shape)}, expected ${formatShape(shape)}`);
    } else if (safetensorsFloatTypes[entry.type] === undefined) {
      problems.push(`${name} holds ${entry.type}, expected F16, BF16, F32 or F64`);
    }
  }
  for (const { name, shape } of entries.values()) {
    const of = tensorPart(name);
    if ((of === part || of === 'unknown') && !expected.has(name)) {
      problems.push(`${name} ${formatShape(shape)} is not part of the architecture in config.json`);
    }
  }
  if (problems.length === 0) return;
  const shown = problems.slice(0, listed).join('; ');
  const more = problems.length > listed ? `; and ${problems.length - listed} more` : '';
  throw new InputError('checkpoint-tensors', `${file} does not hold this CLIP: ${shown}${more}`, { file });
}

function tensorShape({ shape }: Parameter, { names, transposed }: ParameterSource): readonly number[] {
  if (transposed) return shape.toReversed();
  return [shape[0]! / names.length, ...shape.slice(1)];
}

async function parameterValue(
  file: string,
  { shape }: Parameter,
  { names, transposed }: ParameterSource,
  entries: ReadonlyMap<string, SafetensorsEntry>,
): Promise<Float32Array> {
  const value = new Float32Array(elementCount(shape));
  const each = value.length / names.length;
  for (const [index, name] of names.entries()) {
    await readTensor(file, entries.get(name)!, value.subarray(index * each, (index + 1) * each));
  }
  return transposed ? transposedMatrix(value, shape as readonly [number, number]) : value;
}

/** All values of a tensor, as a single row. */
async function readTensor(file: string, entry: SafetensorsEntry, target: Float32Array): Promise<void> {
  const layout = {
    shape: [1, target.length],
    type: safetensorsFloatTypes[entry.type]!,
    fortranOrder: false,
  };
  await storedMatrices(entry.name, file, layout, () => entry.bytes)[0]!.read(0, 1, target);
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
