import { join } from 'node:path';
import { decodeFloats, safetensorsFloatTypes } from '../../datasets/floatTypes.ts';
import { openRegularFile } from '../../datasets/regularFile.ts';
import { readSafetensors } from '../../datasets/safetensorsFile.ts';
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

/**
 * Reads the `model.safetensors` of a module.
 *
 * @param folder absolute.
 * @param shapes of the tensors that it has, by name; it may have no others.
 * @throws InputError `model-module` where it is not there, but weights as `pytorch_model.bin` are, `checkpoint-file` where
 * neither is, `checkpoint-tensors` when the tensors are not those; as `readSafetensors`.
 */
export async function readModuleWeights(
  folder: string,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<ModuleWeights> {
  const file = join(folder, 'model.safetensors');
  if (!(await isCheckpointFile(folder, 'model.safetensors'))) throw await missing(folder, file);
  const { handle, size } = await openRegularFile(file);
  try {
    const entries = new Map((await readSafetensors(handle, file, size)).map((entry) => [entry.name, entry]));
    const unfit = (problem: string): InputError =>
      new InputError('checkpoint-tensors', `${file} does not fit the config.json beside it: ${problem}`, {
        file,
      });
    const extra = [...entries.keys()].find((name) => !(name in shapes));
    if (extra !== undefined) throw unfit(`it has a tensor ${extra}, which such a module does not have`);
    const tensors: Record<string, Float32Array> = {};
    for (const [name, shape] of Object.entries(shapes)) {
      const entry = entries.get(name);
      if (entry === undefined) throw unfit(`it has no tensor ${name} ${formatShape(shape)}`);
      if (formatShape(entry.shape) !== formatShape(shape)) {
        throw unfit(`${name} has the shape ${formatShape(entry.shape)}, expected ${formatShape(shape)}`);
      }
      const type = safetensorsFloatTypes[entry.type];
      if (type === undefined) throw unfit(`${name} holds ${entry.type}, expected F16, BF16, F32 or F64`);
      const count = elementCount(shape);
      if (count > mostNumbers) throw unfit(`${name} has ${count} numbers, at most ${mostNumbers} are read`);
      const bytes = new Uint8Array(new ArrayBuffer(count * type.bytes));
      await entry.bytes.read(0, bytes);
      const values = new Float32Array(count);
      decodeFloats(type, bytes, values);
      tensors[name] = values;
    }
    return { hash: await fileHash(file), tensors };
  } finally {
    await handle.close();
  }
}

async function missing(folder: string, file: string): Promise<InputError> {
  if (await isCheckpointFile(folder, 'pytorch_model.bin')) {
    return new InputError(
      'model-module',
      `${folder} has its weights as pytorch_model.bin, which is not read; in Python, SentenceTransformer("the model’s folder").save("another folder") writes model.safetensors, which is`,
      { file },
    );
  }
  return new InputError('checkpoint-file', `${file} is not there, which holds the weights of the module`, {
    file,
  });
}
