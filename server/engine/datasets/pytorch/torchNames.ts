import { basename } from 'node:path';
import { InputError } from '../../problems.ts';
import { numpyNames } from './numpyNames.ts';
import { LongText, PickleDict, PickleGlobal, PlainObject, type PickleFunction } from './pickleValues.ts';
import { OtherTensor, TorchStorage, TorchTensor, torchTypes, type TorchType } from './torchTensor.ts';

/** The type of the values of a storage, as a name in the pickle. */
export class StorageName extends PickleGlobal {
  readonly type: TorchType;

  constructor(name: string, type: TorchType) {
    super(name);
    this.type = type;
  }
}

/** A type of tensors, as a name in the pickle. */
class TypeName extends PickleGlobal {
  readonly type: TorchType;

  constructor(name: string, type: TorchType) {
    super(name);
    this.type = type;
  }
}

const storageTypes: Readonly<Record<string, string>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  ShortStorage: 'int16',
  IntStorage: 'int32',
  LongStorage: 'int64',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  QInt8Storage: 'qint8',
  QUInt8Storage: 'quint8',
  QInt32Storage: 'qint32',
  QUInt4x2Storage: 'quint4x2',
  QUInt2x4Storage: 'quint2x4',
  UntypedStorage: 'uint8',
  _UntypedStorage: 'uint8',
};

const typeAliases: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  short: 'int16',
  int: 'int32',
  long: 'int64',
  cfloat: 'complex64',
  cdouble: 'complex128',
  chalf: 'complex32',
};

/** Names that stand for themselves and do nothing. */
const plainNames =
  /^(torch\.((cuda\.)?[A-Z]?[a-zA-Z0-9]*Tensor|strided|sparse_\w+|jagged|per_\w+|contiguous_format|preserve_format|channels_last\w*|nn\.parameter\.(Parameter|Buffer))|(builtins|__builtin__)\.(int|float|bool|str|unicode|bytes|object|complex|slice|range|xrange))$/;

/**
 * What the names in files of torch stand for: tensors, arrays of NumPy and plain containers. Every other name is refused.
 *
 * @param where The file, and the part of it, for messages.
 */
export function torchNames(where: string, file: string): (module: string, name: string) => PickleGlobal {
  const known = new Map<string, PickleFunction>([
    ...Object.entries(containerFunctions),
    ...Object.entries(tensorFunctions(where, file)),
    ...Object.entries(numpyNames(where, file)),
  ]);
  const found = new Map<string, PickleGlobal>();
  return (module, name) => {
    const key = `${module}.${name}`;
    const global = found.get(key) ?? lookUp(module, name, key);
    found.set(key, global);
    return global;
  };

  function lookUp(module: string, name: string, key: string): PickleGlobal {
    const call = known.get(key);
    if (call !== undefined) return new PickleGlobal(key, call);
    const [root] = module.split('.');
    if (root === 'torch' && Object.hasOwn(storageTypes, name)) {
      return new StorageName(key, torchTypes.get(storageTypes[name]!)!);
    }
    const type = module === 'torch' ? torchTypes.get(typeAliases[name] ?? name) : undefined;
    if (type !== undefined) return new TypeName(key, type);
    if (plainNames.test(key)) return new PickleGlobal(key);
    throw refusedName(key, file);
  }
}

/** The refusal of a file that holds an object of a class, or a call of a function, that is not known. */
function refusedName(name: string, file: string): InputError {
  const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  if (/^(torch\.nn\.|torchvision\.models|__torch__|transformers\.models|open_clip)/.test(name)) {
    return pickledModel(shown, file);
  }
  return new InputError(
    'pytorch-object',
    `${file} holds ${shown}, which is not loaded, because that would run code. Tensors, NumPy arrays, lists, tuples and ` +
      `dictionaries of them are read. Where the file is yours, save these alone: ` +
      `\`x = torch.load(${JSON.stringify(basename(file))}); torch.save({"image": …, "text": …}, "embeddings.pt")\``,
    { file },
  );
}

/** The refusal of a file that holds a whole model. @param found a name within it. */
export function pickledModel(found: string, file: string): InputError {
  return new InputError(
    'pytorch-model',
    `${file} is a pickled model (it holds ${found}), not embeddings; a model is not loaded from a pickle, because that would run code. ` +
      'Embed your data with it and save the embeddings: `torch.save({"image": …, "text": …}, "embeddings.pt")`',
    { file },
  );
}

const containerFunctions: Readonly<Record<string, PickleFunction>> = Object.fromEntries(
  (
    [
      [
        ['collections.OrderedDict', 'builtins.dict', '__builtin__.dict'],
        ([items], spend) => dictOf(items, spend),
      ],
      [['collections.Counter'], ([items], spend) => dictOf(items, spend)],
      // Its first argument makes the values that are missing.
      [['collections.defaultdict'], ([, items], spend) => dictOf(items, spend)],
      [
        ['builtins.list', '__builtin__.list', 'builtins.tuple', '__builtin__.tuple', 'torch.Size'],
        ([items], spend) => valuesOf(items, spend),
      ],
      [
        ['builtins.set', '__builtin__.set', 'builtins.frozenset', '__builtin__.frozenset'],
        ([items], spend) => new Set(valuesOf(items, spend)),
      ],
      [
        ['builtins.bytearray', '__builtin__.bytearray'],
        ([bytes, encoding], spend) => bytesOf(bytes, encoding, spend),
      ],
      [['_codecs.encode'], ([text, encoding], spend) => bytesOf(text, encoding, spend)],
    ] satisfies [string[], PickleFunction][]
  ).flatMap(([names, call]) => names.map((name) => [name, call])),
);

function dictOf(items: unknown, spend: (amount: number) => void): PickleDict {
  const dict = new PickleDict();
  if (items instanceof Map) {
    spend(items.size);
    for (const [key, value] of items) dict.set(key, value);
  }
  for (const item of valuesOf(items, spend)) if (Array.isArray(item)) dict.set(item[0], item[1]);
  return dict;
}

function valuesOf(items: unknown, spend: (amount: number) => void): unknown[] {
  if (!Array.isArray(items)) return [];
  spend(items.length);
  return [...(items as unknown[])];
}

/** Bytes, which protocols 0 to 2 write as text of one character a byte. */
function bytesOf(text: unknown, encoding: unknown, spend: (amount: number) => void): unknown {
  if (text instanceof Uint8Array) return text;
  if (encoding !== 'latin1' && encoding !== 'latin-1') return new PlainObject('bytes');
  if (text instanceof LongText) return text.latin1() ?? new PlainObject('bytes');
  if (typeof text !== 'string') return new Uint8Array(0);
  spend(Math.ceil(text.length / 8));
  return Buffer.from(text, 'latin1');
}

function tensorFunctions(where: string, file: string): Readonly<Record<string, PickleFunction>> {
  const damaged = (found: string) =>
    new InputError('pytorch-damaged', `${where}: ${found}: the file is damaged; save it again`, { file });

  const view = (
    storage: unknown,
    offset: unknown,
    shape: unknown,
    strides: unknown,
    metadata: unknown,
    type?: TorchType,
  ): TorchTensor | OtherTensor => {
    if (!(storage instanceof TorchStorage)) throw damaged('a tensor has no storage');
    if (typeof offset !== 'number' || !areNumbers(shape) || !areNumbers(strides)) {
      throw damaged('a tensor has an offset, shape or strides that are no numbers');
    }
    const tensor = new TorchTensor(
      { type: type ?? storage.type, storage, offset, shape, strides },
      where,
      file,
    );
    // The values of such views are others than those that are stored.
    return metadata instanceof Map && metadata.get('neg') === true
      ? new OtherTensor(`${tensor.type.name}, negated when it is read`, shape, 'save x.resolve_neg()')
      : tensor;
  };
  const quantised: PickleFunction = ([storage, offset, shape, strides]) => {
    const tensor = view(storage, offset, shape, strides, null);
    const type = tensor instanceof TorchTensor ? tensor.type.name : tensor.type;
    return new OtherTensor(`quantised to ${type}`, tensor.shape, 'save x.dequantize()');
  };
  const sparse: PickleFunction = ([, data]) => {
    const shape: unknown = Array.isArray(data) ? data.findLast((part: unknown) => areNumbers(part)) : null;
    return new OtherTensor('a sparse tensor', areNumbers(shape) ? shape : null, 'save x.to_dense()');
  };
  const same: PickleFunction = ([tensor]) => tensor;
  const subclass: PickleFunction = ([make, , values], spend) => {
    if (!(make instanceof PickleGlobal) || !Array.isArray(values))
      throw damaged('a tensor is made of nothing');
    return make.call(values, spend);
  };
  return {
    'torch._utils._rebuild_tensor': ([storage, offset, shape, strides]) =>
      view(storage, offset, shape, strides, null),
    'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides, , , metadata]) =>
      view(storage, offset, shape, strides, metadata),
    'torch._utils._rebuild_tensor_v3': ([storage, offset, shape, strides, , , type, metadata]) => {
      if (!(type instanceof TypeName)) throw damaged('a tensor has no type');
      return view(storage, offset, shape, strides, metadata, type.type);
    },
    'torch._utils._rebuild_parameter': same,
    'torch._utils._rebuild_parameter_with_state': same,
    'torch._utils._rebuild_device_tensor_from_numpy': same,
    'torch._utils._rebuild_device_tensor_from_cpu_tensor': same,
    'torch._utils._rebuild_xla_tensor': same,
    'torch._tensor._rebuild_from_type': subclass,
    'torch._tensor._rebuild_from_type_v2': subclass,
    'torch.tensor._rebuild_from_type': subclass,
    'torch._utils._rebuild_qtensor': quantised,
    'torch._utils._rebuild_sparse_tensor': sparse,
    'torch._utils._rebuild_sparse_csr_tensor': sparse,
    'torch._utils._rebuild_sparse_compressed_tensor': sparse,
    'torch._utils._rebuild_nested_tensor': () =>
      new OtherTensor('a nested tensor', null, 'save x.to_padded_tensor(0), or a tensor of equal rows'),
    'torch._utils._rebuild_meta_tensor_no_storage': ([, shape]) =>
      new OtherTensor('a tensor without values', areNumbers(shape) ? shape : null, 'save it from the CPU'),
    'torch.device': () => new PlainObject('torch.device'),
    'torch.serialization._get_layout': () => new PlainObject('torch.layout'),
  };
}

function areNumbers(values: unknown): values is number[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'number');
}
