/**
 * ONNX models byte by byte, in the wire format of protocol buffers, for what the project itself never writes. Fields
 * are those of onnx/onnx.proto.
 */

type Bytes = readonly number[];

function varint(value: number): Bytes {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

export function integer(field: number, value: number): Bytes {
  return [...varint(field * 8), ...varint(value)];
}

/** A text, or a message. */
export function nested(field: number, ...parts: readonly (string | Bytes)[]): Bytes {
  const bytes = parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : part));
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** NodeProto. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...rest: Bytes[]
): Bytes {
  return [
    ...inputs.flatMap((name) => nested(1, name)),
    ...outputs.flatMap((name) => nested(2, name)),
    ...nested(4, operator),
    ...rest.flat(),
  ];
}

/** ValueInfoProto of a tensor of one axis, of an element type by its number. */
export function vector(name: string, elementType: number, length: number): Bytes {
  const shape = nested(2, nested(1, integer(1, length)));
  return [...nested(1, name), ...nested(2, nested(1, integer(1, elementType), shape))];
}

/** ModelProto around the fields of a GraphProto, of operator set 20. */
export function model(graph: readonly Bytes[], ...rest: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...integer(1, 9),
    ...nested(8, nested(1, ''), integer(2, 20)),
    ...rest.flat(),
    ...nested(7, nested(2, 'graph'), ...graph),
  ]);
}

/** Gives its input, two values of an element type by its number, as its output. */
export function identityModel(elementType: number): Uint8Array<ArrayBuffer> {
  return model([
    nested(1, node('Identity', ['x'], ['y'])),
    nested(11, vector('x', elementType, 2)),
    nested(12, vector('y', elementType, 2)),
  ]);
}
