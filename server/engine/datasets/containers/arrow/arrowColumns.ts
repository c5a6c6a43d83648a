import { DataType, Precision, UnionMode, type Dictionary, type Field, type Schema } from 'apache-arrow';
import type { NumberType } from '../../numberTypes.ts';
import type { ArrowBatch } from './arrowFile.ts';

/** A column of numbers, or of lists of them: which of a batch's nodes and buffers are its own. */
export interface NumberColumn {
  readonly kind: 'numbers';
  readonly name: string;
  /** From the outermost list to the innermost; none for numbers. */
  readonly levels: readonly ListLevel[];
  /** The type of the numbers. */
  readonly type: NumberType;
  readonly position: ColumnPosition;
}

/** A level of lists: offsets of 4 or 8 bytes, or a length that all have. */
export type ListLevel =
  | { readonly offsetBytes: 4 | 8; readonly length: null }
  | { readonly offsetBytes: null; readonly length: number };

/** A column of anything else. */
export interface OtherColumn {
  readonly kind: 'other';
  readonly name: string;
  /** For messages: `strings`, `int64`. */
  readonly description: string;
}

/** Where a column's nodes, buffers and counts of views begin in every batch. */
export interface ColumnPosition {
  readonly node: number;
  readonly buffer: number;
  /** Columns of views before it, each with a number of buffers of its own in every batch. */
  readonly viewsBefore: number;
}

/** Buffers and nodes that a type takes of a batch. */
interface Room {
  node: number;
  buffer: number;
  viewsBefore: number;
}

/** The columns of a schema, in its order. */
export function columnsOf(schema: Schema): (NumberColumn | OtherColumn)[] {
  const room: Room = { node: 0, buffer: 0, viewsBefore: 0 };
  return schema.fields.map((field) => {
    const position = { ...room };
    takeRoom(field.type as DataType, room);
    return columnOf(field, position);
  });
}

/** The index of a column's first buffer in a batch. */
export function firstBuffer({ buffer, viewsBefore }: ColumnPosition, { variadic }: ArrowBatch): number {
  return variadic.slice(0, viewsBefore).reduce((sum, count) => sum + count, buffer);
}

function columnOf(field: Field, position: ColumnPosition): NumberColumn | OtherColumn {
  const { name } = field;
  const levels: ListLevel[] = [];
  let type = field.type as DataType;
  for (;;) {
    const level = levelOf(type);
    if (level === null) break;
    levels.push(level);
    const [child] = type.children;
    if (child === undefined) break;
    type = child.type as DataType;
  }
  const numbers = numberTypeOf(type);
  return numbers === null
    ? { kind: 'other', name, description: typeInWords(field.type as DataType) }
    : { kind: 'numbers', name, levels, type: numbers, position };
}

function levelOf(type: DataType): ListLevel | null {
  if (DataType.isList(type)) return { offsetBytes: 4, length: null };
  if (DataType.isLargeList(type)) return { offsetBytes: 8, length: null };
  if (DataType.isFixedSizeList(type)) return { offsetBytes: null, length: type.listSize };
  return null;
}

/** Adds what a type and all within it take (Arrow Columnar Format, "Buffer Listing for Each Layout"). */
function takeRoom(type: DataType, room: Room): void {
  room.node++;
  // Of a dictionary, the indices alone are in the batch.
  if (DataType.isDictionary(type)) {
    room.buffer += 2;
    return;
  }
  room.buffer += buffersOf(type);
  if (DataType.isBinaryView(type) || DataType.isUtf8View(type)) room.viewsBefore++;
  // Null where the type has none, whatever its declaration says.
  const children = type.children as (Field | undefined)[] | null;
  for (const child of children ?? []) if (child !== undefined) takeRoom(child.type as DataType, room);
}

/** Buffers of a type itself, without those of the types within it. */
function buffersOf(type: DataType): number {
  if (DataType.isNull(type)) return 0;
  if (DataType.isStruct(type) || DataType.isFixedSizeList(type)) return 1;
  if (DataType.isUnion(type)) return type.mode === UnionMode.Dense ? 2 : 1;
  const isText = DataType.isUtf8(type) || DataType.isLargeUtf8(type);
  return isText || DataType.isBinary(type) || DataType.isLargeBinary(type) ? 3 : 2;
}

function numberTypeOf(type: DataType): NumberType | null {
  if (DataType.isFloat(type)) {
    const bits = { [Precision.HALF]: 16, [Precision.SINGLE]: 32, [Precision.DOUBLE]: 64 } as const;
    const width = bits[type.precision];
    return { name: `float${width}`, bytes: (width / 8) as 2 | 4 | 8, bigEndian: false };
  }
  if (DataType.isInt(type)) {
    const { isSigned, bitWidth } = type;
    return {
      name: isSigned ? `int${bitWidth}` : `uint${bitWidth}`,
      bytes: (bitWidth / 8) as 1 | 2 | 4 | 8,
      bigEndian: false,
    };
  }
  return null;
}

function typeInWords(type: DataType): string {
  if (DataType.isDictionary(type))
    return `${typeInWords((type as Dictionary<DataType>).dictionary)}, as a dictionary`;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return 'strings';
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type)) return 'bytes';
  if (DataType.isBool(type)) return 'truth values';
  if (DataType.isStruct(type)) {
    return `records of ${type.children.map(({ name }) => name).join(', ')}`;
  }
  const level = levelOf(type);
  if (level !== null) {
    const [child] = type.children;
    return child === undefined ? 'lists' : `lists of ${typeInWords(child.type as DataType)}`;
  }
  return numberTypeOf(type)?.name ?? 'values of another type';
}
