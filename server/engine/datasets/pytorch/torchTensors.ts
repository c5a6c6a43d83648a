import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../problems.ts';
import { bytesFrom } from '../byteRange.ts';
import type { StoredTensor } from '../storedTensor.ts';
import { NumpyArray } from './numpyNames.ts';
import { PickleDict } from './pickleValues.ts';
import { OtherTensor, TorchTensor } from './torchTensor.ts';
import { openStorage, readAdvice, torchNumberType } from './tensorArrays.ts';
import { readTorchFile } from './torchFile.ts';

/** Dictionaries within dictionaries deeper than this have no tensors that anybody names. */
const deepest = 32;
const mostTensors = 2 ** 16;

/**
 * The tensors in a file that torch wrote, alone (without a name) or in dictionaries (by their paths). Each is checked when it
 * is asked for: an `InputError` `tensor-type` is thrown for values that cannot become float32, `tensor-order` for a view whose
 * values do not lie one after the other.
 *
 * @throws InputError `pytorch-structure` when there are more than a file has, and those of `readTorchFile`.
 */
export async function torchTensors(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<ReadonlyMap<string, () => StoredTensor>> {
  const found = new Map<string, () => StoredTensor>();
  let visits = 0;
  const visit = (value: unknown, path: string, depth: number): void => {
    visits++;
    if (visits > mostTensors || depth > deepest) {
      throw new InputError(
        'pytorch-structure',
        `${file}: it has more things, or more within one another, than files of tensors have; save one dictionary of tensors`,
        { file },
      );
    }
    const tensor = value instanceof NumpyArray ? value.tensor : value;
    if (tensor instanceof TorchTensor || tensor instanceof OtherTensor) {
      found.set(path, () => storedTensor(tensor, path === '' ? file : `${file}, tensor ${path}`, file));
    } else if (value instanceof PickleDict) {
      for (const [key, item] of value) {
        if (typeof key === 'string') visit(item, path === '' ? key : `${path}.${key}`, depth + 1);
      }
    }
  };
  visit(await readTorchFile(handle, file, size), '', 0);
  return found;
}

function storedTensor(tensor: TorchTensor | OtherTensor, where: string, file: string): StoredTensor {
  const type = tensor instanceof TorchTensor ? torchNumberType(tensor) : null;
  if (type === null || tensor instanceof OtherTensor) {
    const name = tensor instanceof TorchTensor ? tensor.type.name : tensor.type;
    const advice = tensor instanceof TorchTensor ? readAdvice(name) : tensor.advice;
    throw new InputError(
      'tensor-type',
      `${where} is ${name}, expected floats, integers or booleans${advice === undefined ? '' : `; ${advice}`}`,
      { file },
    );
  }
  const { shape } = tensor;
  const isEmpty = shape.includes(0);
  if (!isEmpty && (!tensor.isContiguous || tensor.isExpanded)) {
    throw new InputError(
      'tensor-order',
      `${where} is a view whose values do not lie one after the other; save it with x.contiguous()`,
      { file },
    );
  }
  const bytes = bytesFrom(
    openStorage(tensor),
    tensor.offset * type.bytes,
    isEmpty ? 0 : tensor.size * type.bytes,
  );
  return { where, file, shape, type, fortranOrder: false, bytes };
}
