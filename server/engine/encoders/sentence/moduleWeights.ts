import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { safetensorsNumberTypes } from '../../datasets/numberTypes.ts';
import { torchTensors } from '../../datasets/pytorch/torchTensors.ts';
import { openRegularFile } from '../../datasets/regularFile.ts';
import { readSafetensors } from '../../datasets/safetensorsFile.ts';
import { readTensor, type StoredTensor } from '../../datasets/storedTensor.ts';
import { elementCount, formatShape } from '../../graph/graph.ts';
import { InputError } from '../../problems.ts';
import { isCheckpointFile } from '../checkpoint/checkpointFile.ts';
import { fileHash } from '../modelSource/fileHash.ts';

/** Tensors of a module, by name. */
export interface ModuleWeights {
  readonly hash: string;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Modules after a transformer are small: what would take more memory than this is another file. */
const mostNumbers = 2 ** 28;

/** What sentence-transformers calls weights: version 3 and later, and before. The first that is there is read. */
const formats: Readonly<
  Record<string, (handle: FileHandle, file: string, size: number) => Promise<Weights>>
> = {
  'model.safetensors': safetensorsWeights,
  'pytorch_model.bin': torchTensors,
};

/** Tensors of a file by name, each checked when it is asked for. */
type Weights = ReadonlyMap<string, () => StoredTensor>;

/**
 * Reads the weights of a module: its `model.safetensors`, or where there is none its `pytorch_model.bin`, of which nothing is
 * run.
 *
 * @param folder absolute.
 * @param shapes of the tensors that it has, by name; it may have no others.
 * @throws InputError `checkpoint-file` where neither is there, `checkpoint-tensors` when the tensors are not those; as
 * `readSafetensors` and `torchTensors`.
 */
export async function readModuleWeights(
  folder: string,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<ModuleWeights> {
  const { file, read } = await weightsIn(folder);
  const { handle, size } = await openRegularFile(file);
  try {
    const weights = await read(handle, file, size);
    const unfit = (problem: string): InputError =>
      new InputError('checkpoint-tensors', `${file} does not fit the config.json beside it: ${problem}`, {
        file,
      });
    const extra = [...weights.keys()].find((name) => !(name in shapes));
    if (extra !== undefined) throw unfit(`it has a tensor ${extra}, which such a module does not have`);
    const tensors: Record<string, Float32Array> = {};
    for (const [name, shape] of Object.entries(shapes)) {
      const tensor = weights.get(name)?.();
      if (tensor === undefined) throw unfit(`it has no tensor ${name} ${formatShape(shape)}`);
      if (formatShape(tensor.shape) !== formatShape(shape)) {
        throw unfit(`${name} has the shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`);
      }
      if (!tensor.type.name.includes('float')) {
        throw unfit(`${name} holds ${tensor.type.name}, expected float16, bfloat16, float32 or float64`);
      }
      const count = elementCount(shape);
      if (count > mostNumbers) throw unfit(`${name} has ${count} numbers, at most ${mostNumbers} are read`);
      tensors[name] = (await readTensor(tensor)).data;
    }
    return { hash: await fileHash(file), tensors };
  } finally {
    await handle.close();
  }
}

async function weightsIn(folder: string) {
  for (const [name, read] of Object.entries(formats)) {
    if (await isCheckpointFile(folder, name)) return { file: join(folder, name), read };
  }
  const file = join(folder, Object.keys(formats)[0]!);
  throw new InputError('checkpoint-file', `${file} is not there, which holds the weights of the module`, {
    file,
  });
}

async function safetensorsWeights(handle: FileHandle, file: string, size: number): Promise<Weights> {
  const tensors = await readSafetensors(handle, file, size);
  return new Map(
    tensors.map(({ name, type: typeName, shape, bytes }) => {
      const open = (): StoredTensor => {
        const type = safetensorsNumberTypes[typeName];
        if (type !== undefined)
          return { where: `${file}, tensor ${name}`, file, shape, type, fortranOrder: false, bytes };
        throw new InputError(
          'checkpoint-tensors',
          `${file}: ${name} holds ${typeName}, expected F16, BF16, F32 or F64`,
          {
            file,
          },
        );
      };
      return [name, open];
    }),
  );
}
