import type { Note } from '../../../protocol/report.ts';
import { InputError } from '../../problems.ts';
import { bytesInMemory } from '../byteRange.ts';
import { numbersInBytes, type FoundArray } from '../foundArray.ts';
import { NumpyArray } from './numpyNames.ts';
import { LongText, PickleDict, PickleGlobal, PlainObject } from './pickleValues.ts';
import { arrayOfRows, arrayOfTensor, isRow, rowLength } from './tensorArrays.ts';
import { OtherTensor, TorchTensor } from './torchTensor.ts';

/** Containers within containers deeper than this are no data. */
const deepest = 32;
/** Things that are looked at one by one: a model has some thousands. */
const mostVisits = 2 ** 17;
/** So many matrices in a list may be modalities; more are batches. */
const mostInList = 16;
/** Vectors under names of their own are rows from this number on. */
const fewestNamedRows = 8;
/** What torch calls the parameters of a model. */
const parameterName =
  /(^|\.)(weight|bias|running_(mean|var)|num_batches_tracked|in_proj_(weight|bias)|logit_scale|(class|positional)_embedding)$/;

/** What there is in the data of a file. */
export interface TorchContents {
  readonly arrays: readonly FoundArray[];
  readonly notes: readonly Note[];
  /** The names of parameters, where some of it is the state of a model. */
  readonly parameters: readonly string[];
}

/**
 * The arrays in the data of a file, by their paths (`features.image`): tensors and arrays, and lists of equal rows, which are
 * matrices. Of a list, things are called `name-1`, `name-2`, …; what lies at the top without a name is `modality`. What
 * is no array is named too.
 *
 * @throws InputError `pytorch-structure` when it has more, or deeper, than data have, or one name twice;
 *   `row-names` when rows that are named come in different orders.
 */
export function torchArrays(root: unknown, file: string): TorchContents {
  const arrays: FoundArray[] = [];
  const notes: Note[] = [];
  const parameters: string[] = [];
  const open = new Set<unknown>();
  let rowNames: { readonly of: string; readonly names: readonly string[] } | undefined;
  let visits = 0;
  visit(root, '');
  checkNames();
  return { arrays, notes, parameters };

  function visit(value: unknown, name: string): void {
    visits++;
    if (visits > mostVisits || open.size > deepest || open.has(value)) {
      const found = visits > mostVisits ? 'more things' : 'more containers within one another';
      throw structure(`it has ${found} than data have (at ${name.slice(0, 100)})`);
    }
    const tensor = value instanceof NumpyArray ? value.tensor : value;
    if (tensor instanceof TorchTensor) {
      arrays.push(arrayOfTensor(tensor, name === '' ? nameAtTop(tensor) : name, file));
    } else if (tensor instanceof OtherTensor) {
      const { type, shape, advice } = tensor;
      arrays.push({
        name: name || 'modality-1',
        type,
        shape,
        numbers: null,
        ...(advice !== undefined && { advice }),
      });
    } else if (value instanceof PickleDict || Array.isArray(value)) {
      open.add(value);
      if (Array.isArray(value)) visitList(value as unknown[], name);
      else visitDict(value, name);
      open.delete(value);
    } else {
      other(name, plainType(value));
    }
  }

  function visitDict(dict: PickleDict, name: string): void {
    const entries = [...dict].map(([key, value]) => [keyText(key), value] as const);
    const isState = isStateOfModel(dict, entries);
    const values = entries.map(([, value]) => value);
    if (!isState && entries.length >= fewestNamedRows && areEqualRows(values)) {
      const names = entries.map(([key]) => key);
      checkRowNames(name || 'modality-1', names);
      arrays.push(arrayOfRows(values, name || 'modality-1', file));
      notes.push({
        code: 'named-rows',
        message: `${file}: ${name === '' ? 'the dictionary' : name} of ${values.length} vectors (${names[0]!.slice(0, 60)}, …) is read as rows, in its order`,
      });
      return;
    }
    for (const [key, value] of entries) {
      const path = name === '' ? key : `${name}.${key}`;
      if (isState && parameterName.test(key)) parameters.push(path);
      visit(value, path);
    }
  }

  function visitList(list: readonly unknown[], name: string): void {
    const own = name || 'modality';
    if (list.length === 0) other(own, 'an empty list');
    else if (areEqualRows(list)) arrays.push(arrayOfRows(list, name || 'modality-1', file));
    else if (list.every(isNumber)) other(own, `a list of ${list.length} numbers`, list.map(String));
    else if (areNumberRows(list)) arrays.push(arrayOfNumbers(list, name || 'modality-1'));
    else if (list.every((item) => typeof item === 'string'))
      other(own, `a list of ${list.length} texts`, list);
    else if (areRecords(list)) visit(columnsOf(list), name);
    else visitItems(list, own);
  }

  function visitItems(list: readonly unknown[], name: string): void {
    const shapes = list.map(shapeOf);
    const areMatrices = shapes.every((shape) => shape?.length === 2);
    const areBatches = areMatrices && shapes.every((shape) => shape![1] === shapes[0]![1]);
    const areEqual = areBatches && shapes.every((shape) => shape![0] === shapes[0]![0]);
    if (list.length > mostInList || (areBatches && !areEqual && list.length > 1)) {
      const advice = areBatches ? 'save torch.cat(x), where they are batches of one matrix' : undefined;
      const items = shapes.every((shape) => shape !== null) ? 'tensors' : 'things';
      const lengths = items === 'tensors' && !areMatrices ? ' of different shapes' : '';
      other(name, `a list of ${list.length} ${items}${lengths}`, undefined, advice);
      return;
    }
    if (areEqual && list.length > 1) {
      notes.push({
        code: 'list-of-matrices',
        message: `${file}: ${name === 'modality' ? 'the list' : name} of ${list.length} matrices of one shape is read as ${list.length} modalities; where they are batches of one, save torch.cat(x)`,
      });
    }
    list.forEach((item, index) => {
      visit(item, `${name}-${index + 1}`);
    });
  }

  /** @param keys its values, where it is a list of plain ones. */
  function other(name: string, type: string, keys?: readonly string[], advice?: string): void {
    arrays.push({
      name: name || 'the file',
      type,
      shape: keys === undefined ? null : [keys.length],
      numbers: null,
      ...(advice !== undefined && { advice }),
      ...(keys !== undefined && { keys: () => Promise.resolve(keys) }),
    });
  }

  function arrayOfNumbers(list: readonly (readonly number[])[], name: string): FoundArray {
    const columns = list[0]!.length;
    const values = new Float32Array(list.length * columns);
    list.forEach((row, index) => {
      values.set(row, index * columns);
    });
    const bytes = bytesInMemory(new Uint8Array(values.buffer));
    const type = { name: 'float32', bytes: 4, bigEndian: false } as const;
    const shape = [list.length, columns];
    const array = numbersInBytes(name, file, { shape, type, fortranOrder: false }, () => bytes);
    const areWhole = list.every((row) => row.every(Number.isInteger));
    return areWhole
      ? { ...array, type: 'lists of whole numbers', numbers: 'integers' }
      : { ...array, type: 'lists of numbers' };
  }

  /** Row i of each modality belongs together: where rows have names, these must agree. */
  function checkRowNames(name: string, names: readonly string[]): void {
    rowNames ??= { of: name, names };
    const { of, names: first } = rowNames;
    const at = first.findIndex((rowName, row) => names[row] !== rowName);
    if (at < 0 && names.length === first.length) return;
    const row = at < 0 ? first.length : at;
    throw new InputError(
      'row-names',
      `${file}: row ${row + 1} is named ${quote(first[row])} in ${of}, but ${quote(names[row])} in ${name}; row i of each must belong together. ` +
        'Save them in one order: `keys = sorted(a); torch.save({"image": torch.stack([a[k] for k in keys]), "text": torch.stack([b[k] for k in keys])}, "embeddings.pt")`',
      { file },
    );
  }

  /** A name that two arrays had could mean either. */
  function checkNames(): void {
    const seen = new Set<string>();
    for (const { name } of arrays) {
      if (seen.has(name)) throw structure(`two things in it are called ${name.slice(0, 100)}`);
      seen.add(name);
    }
  }

  function structure(found: string): InputError {
    return new InputError(
      'pytorch-structure',
      `${file}: ${found}; save one dictionary of tensors: \`torch.save({"image": …, "text": …}, "embeddings.pt")\``,
      { file },
    );
  }
}

/** As readers of arrays call what has no name. */
function nameAtTop({ shape }: TorchTensor): string {
  return shape.length === 3 ? 'modality' : 'modality-1';
}

function isStateOfModel(dict: PickleDict, entries: readonly (readonly [string, unknown])[]): boolean {
  if (dict.attributes instanceof Map && dict.attributes.has('_metadata')) return true;
  const tensors = entries.filter(([, value]) => value instanceof TorchTensor);
  const parameters = tensors.filter(([key]) => parameterName.test(key));
  return parameters.length > 0 && 2 * parameters.length >= tensors.length;
}

function areEqualRows(values: readonly unknown[]): boolean {
  if (!values.every(isRow)) return false;
  const [first] = values;
  return values.every((value) => rowLength(value) === rowLength(first) && isFloat(value) === isFloat(first));
}

function isFloat(row: unknown): boolean {
  const tensor = row instanceof NumpyArray ? row.tensor : row;
  return tensor instanceof TorchTensor && tensor.type.name.includes('float');
}

function areNumberRows(list: readonly unknown[]): list is readonly (readonly number[])[] {
  const [first] = list;
  return (
    Array.isArray(first) &&
    first.length > 0 &&
    list.every((row) => Array.isArray(row) && row.length === first.length && row.every(isNumber))
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** Whether a list has a dictionary a row, all with the same keys. */
function areRecords(list: readonly unknown[]): list is readonly PickleDict[] {
  const [first] = list;
  return (
    first instanceof PickleDict &&
    first.size > 0 &&
    list.every(
      (record) =>
        record instanceof PickleDict &&
        record.size === first.size &&
        [...first.keys()].every((key) => record.has(key)),
    )
  );
}

/** A list for each key of records. */
function columnsOf(records: readonly PickleDict[]): PickleDict {
  const columns = new PickleDict();
  for (const key of records[0]!.keys())
    columns.set(
      key,
      records.map((record) => record.get(key)),
    );
  return columns;
}

function shapeOf(value: unknown): readonly number[] | null {
  const tensor = value instanceof NumpyArray ? value.tensor : value;
  return tensor instanceof TorchTensor ? tensor.shape : null;
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (key instanceof Uint8Array) return Buffer.from(key).toString('latin1');
  if (Array.isArray(key)) return `(${key.map(keyText).join(', ')})`;
  return ['number', 'bigint', 'boolean'].includes(typeof key) ? String(key) : plainType(key);
}

/** What a value is that is no array, in words. */
function plainType(value: unknown): string {
  if (typeof value === 'string' || value instanceof LongText) return 'a text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'a truth value';
  if (value === null) return 'None';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Set) return `a set of ${value.size}`;
  if (value instanceof PickleGlobal) return value.name;
  return value instanceof PlainObject ? value.type : 'an object';
}

function quote(text: string | undefined): string {
  return text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 80));
}
