import { InputError } from '../../problems.ts';
import { LongText, PickleDict, PickleGlobal, isBuildable } from './pickleValues.ts';

/** What the names in pickles stand for: nothing else of Python exists. */
export interface PickleNames {
  /** The file, and the part of it, for messages. */
  readonly where: string;
  readonly file: string;
  /** @throws InputError for every name that is not known; nothing is imported. */
  find(module: string, name: string): PickleGlobal;
  /** What is stored outside of the pickle. @throws InputError */
  persistent(id: unknown): unknown;
}

/** The bytes end before the pickle does: more of the file may hold the rest. */
export class PickleTruncated extends Error {}

/**
 * What reading a pickle may cost: about its objects, where a container counts as 16. It bounds the memory to a
 * few gigabytes whatever the bytes say; 33 million numbers in lists are within it.
 */
const MOST_COST = 2 ** 25;
const CONTAINER_COST = 16;
const NEWEST_PROTOCOL = 5;
/** Whole numbers of more bytes or digits are nobody's. */
const LONGEST_INTEGER = 1_024;
/** Longer texts stay bytes: they are arrays that protocol 2 wrote as text, which may be too long for a string. */
const LONGEST_STRING = 2 ** 20;

/**
 * Reads one pickle of protocol 0 to 5. A pickle is a program for a stack machine, of which only this much is done: plain
 * values and containers are made, names are looked up in a table, and what the table has for them is called. Nothing of
 * Python is imported or run.
 *
 * Lists and tuples become arrays, dictionaries `PickleDict`, sets `Set`, bytes `Uint8Array` (parts of `bytes`), whole numbers
 * beyond 2⁵³ `bigint`. Texts of Python 2 are taken as Latin-1, which loses nothing.
 *
 * @param bytes Begins anywhere; the pickle begins at `start`.
 * @returns The value, and where the pickle ends.
 * @throws PickleTruncated when the bytes end before the pickle does.
 * @throws InputError `pickle-damaged`, `pickle-size` when it has more objects than are read, and those of `names`.
 */
export function unpickle(
  bytes: Buffer,
  start: number,
  names: PickleNames,
): { readonly value: unknown; readonly end: number } {
  const { where, file } = names;
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo = new Map<number, unknown>();
  let at = start;
  let cost = 0;

  for (;;) {
    const opcode = bytes[take(1)]!;
    spend(1);
    switch (opcode) {
      case 0x2e: // STOP
        return { value: pop(), end: at };
      case 0x80: {
        const protocol = byte();
        if (protocol > NEWEST_PROTOCOL) throw damaged(`protocol ${protocol} is not known`);
        break;
      }
      case 0x95: // FRAME: a hint how much to read ahead
        length(8);
        break;

      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x30: // POP
        if (marks.at(-1) === stack.length) marks.pop();
        else pop();
        break;
      case 0x31: // POP_MARK
        popToMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;

      case 0x4e:
        stack.push(null);
        break;
      case 0x88:
        stack.push(true);
        break;
      case 0x89:
        stack.push(false);
        break;
      case 0x49: {
        // INT, which protocols 0 and 1 write booleans as too
        const text = line();
        stack.push(text === '01' ? true : text === '00' ? false : integerOf(text));
        break;
      }
      case 0x4c: // LONG
        stack.push(integerOf(line().replace(/L$/, '')));
        break;
      case 0x4a: // BININT
        stack.push(bytes.readInt32LE(take(4)));
        break;
      case 0x4b: // BININT1
        stack.push(byte());
        break;
      case 0x4d: // BININT2
        stack.push(bytes.readUInt16LE(take(2)));
        break;
      case 0x8a: // LONG1
        stack.push(long(byte()));
        break;
      case 0x8b: // LONG4
        stack.push(long(bytes.readInt32LE(take(4))));
        break;
      case 0x46: // FLOAT
        stack.push(floatOf(line()));
        break;
      case 0x47: // BINFLOAT
        stack.push(bytes.readDoubleBE(take(8)));
        break;

      case 0x53: // STRING
        stack.push(quoted(line()));
        break;
      case 0x54: // BINSTRING
        stack.push(latin1(length(4)));
        break;
      case 0x55: // SHORT_BINSTRING
        stack.push(latin1(length(1)));
        break;
      case 0x56: // UNICODE
        stack.push(unescaped(line()));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(length(4)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(length(1)));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(text(length(8)));
        break;
      case 0x42: // BINBYTES
        stack.push(slice(length(4)));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(slice(length(1)));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(slice(length(8)));
        break;

      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        pushContainer([]);
        break;
      case 0x85: // TUPLE1
        pushContainer([pop()]);
        break;
      case 0x86: {
        const second = pop();
        pushContainer([pop(), second]);
        break;
      }
      case 0x87: {
        const third = pop();
        const second = pop();
        pushContainer([pop(), second, third]);
        break;
      }
      case 0x74: // TUPLE
      case 0x6c: // LIST
        pushContainer(popToMark());
        break;
      case 0x7d: // EMPTY_DICT
        pushContainer(new PickleDict());
        break;
      case 0x64: // DICT
        pushContainer(setItems(new PickleDict(), popToMark()));
        break;
      case 0x8f: // EMPTY_SET
        pushContainer(new Set());
        break;
      case 0x91: // FROZENSET
        pushContainer(new Set(popToMark()));
        break;
      case 0x61: {
        const value = pop();
        listAtTop().push(value);
        break;
      }
      case 0x65: {
        const values = popToMark();
        const list = listAtTop();
        for (const value of values) list.push(value);
        break;
      }
      case 0x73: {
        const value = pop();
        const key = pop();
        dictAtTop().set(key, value);
        break;
      }
      case 0x75: {
        const values = popToMark();
        setItems(dictAtTop(), values);
        break;
      }
      case 0x90: {
        const values = popToMark();
        const set = top();
        if (!(set instanceof Set)) throw damaged('something is added to what is no set');
        for (const value of values) set.add(value);
        break;
      }

      case 0x70: // PUT
        remember(memoIndex(line()));
        break;
      case 0x71: // BINPUT
        remember(byte());
        break;
      case 0x72: // LONG_BINPUT
        remember(bytes.readUInt32LE(take(4)));
        break;
      case 0x94: // MEMOIZE
        remember(memo.size);
        break;
      case 0x67: // GET
        recall(memoIndex(line()));
        break;
      case 0x68: // BINGET
        recall(byte());
        break;
      case 0x6a: // LONG_BINGET
        recall(bytes.readUInt32LE(take(4)));
        break;

      case 0x63: {
        const module = line();
        stack.push(names.find(module, line()));
        break;
      }
      case 0x93: {
        const name = pop();
        const module = pop();
        if (typeof name !== 'string' || typeof module !== 'string') throw damaged('a name is no text');
        stack.push(names.find(module, name));
        break;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const values = pop();
        stack.push(call(pop(), values));
        break;
      }
      case 0x92: {
        // NEWOBJ_EX
        const keywords = pop();
        const values = pop();
        if (!(keywords instanceof PickleDict) || keywords.size > 0)
          throw damaged('a call has named arguments');
        stack.push(call(pop(), values));
        break;
      }
      case 0x69: {
        // INST
        const module = line();
        const found = names.find(module, line());
        stack.push(call(found, popToMark()));
        break;
      }
      case 0x6f: {
        // OBJ
        const [found, ...values] = popToMark();
        stack.push(call(found, values));
        break;
      }
      case 0x62: {
        // BUILD
        const state = pop();
        const target = top();
        if (!isBuildable(target)) throw damaged('a state is set on what has none');
        target.setState(state);
        break;
      }
      case 0x50: // PERSID
        stack.push(names.persistent(line()));
        break;
      case 0x51: // BINPERSID
        stack.push(names.persistent(pop()));
        break;
      default:
        throw damaged(`the instruction 0x${opcode.toString(16)} is not one of a pickle in a file`);
    }
  }

  function damaged(found: string): InputError {
    return new InputError(
      'pickle-damaged',
      `${where}: the pickle is damaged at byte ${at}: ${found}. Save the file again`,
      { file },
    );
  }

  function spend(amount: number): void {
    cost += amount;
    if (cost > MOST_COST) {
      throw new InputError(
        'pickle-size',
        `${where}: there are more objects in it than are read (a cost of ${MOST_COST}). Save the numbers as one tensor, such as torch.tensor(rows)`,
        { file },
      );
    }
  }

  /** Steps over a number of bytes. @returns where they begin. */
  function take(count: number): number {
    const from = at;
    if (count > bytes.length - from) throw new PickleTruncated();
    at += count;
    return from;
  }

  function byte(): number {
    return bytes[take(1)]!;
  }

  /** A length in so many bytes. */
  function length(width: 1 | 4 | 8): number {
    const from = take(width);
    if (width === 1) return bytes[from]!;
    if (width === 4) return bytes.readUInt32LE(from);
    const found = bytes.readBigUInt64LE(from);
    if (found > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(`it claims a part of ${found} bytes`);
    return Number(found);
  }

  function slice(count: number): Buffer {
    const from = take(count);
    return bytes.subarray(from, from + count);
  }

  function line(): string {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new PickleTruncated();
    const from = take(end - at + 1);
    if (end - from > LONGEST_STRING) throw damaged('a line is longer than texts are');
    return bytes.toString('latin1', from, end);
  }

  function latin1(count: number): string | LongText {
    const part = slice(count);
    return count > LONGEST_STRING ? new LongText(part, 'latin1') : part.toString('latin1');
  }

  function text(count: number): string | LongText {
    const part = slice(count);
    if (count > LONGEST_STRING) return new LongText(part, 'utf8');
    const decoded = part.toString('utf8');
    // Python writes lone surrogates too. Two texts that differ must stay different.
    return decoded.includes('\ufffd') ? part.toString('latin1') : decoded;
  }

  function quoted(literal: string): string {
    const [, , content] = /^(['"])(.*)\1$/.exec(literal) ?? [];
    if (content === undefined) throw damaged('a text has no quotes');
    const plain: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
    return content.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, escaped: string) =>
      hex === undefined ? (plain[escaped] ?? escaped) : String.fromCharCode(parseInt(hex, 16)),
    );
  }

  function unescaped(text: string): string {
    return text.replace(
      /\\u([0-9a-fA-F]{4})|\\U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})/g,
      (_, short?: string, long?: string) => String.fromCodePoint(parseInt(short ?? long!, 16)),
    );
  }

  function integerOf(digits: string): number | bigint {
    if (digits.length > LONGEST_INTEGER || !/^[+-]?\d+$/.test(digits))
      throw damaged('a whole number is none');
    return shortest(BigInt(digits));
  }

  /** Little-endian two's complement of any number of bytes. */
  function long(count: number): number | bigint {
    if (count < 0 || count > LONGEST_INTEGER) throw damaged(`it has a whole number of ${count} bytes`);
    const hex = Buffer.from(slice(count)).reverse().toString('hex');
    return hex === '' ? 0 : shortest(BigInt.asIntN(8 * count, BigInt(`0x${hex}`)));
  }

  function floatOf(written: string): number {
    const special = /^([+-]?)(inf|nan)$/.exec(written);
    if (special !== null) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written)) throw damaged('a number is none');
    return Number(written);
  }

  function memoIndex(digits: string): number {
    if (!/^\d{1,10}$/.test(digits)) throw damaged('an index is no number');
    return Number(digits);
  }

  function top(): unknown {
    if (stack.length <= (marks.at(-1) ?? 0)) throw damaged('it takes more from the stack than there is');
    return stack.at(-1);
  }

  function pop(): unknown {
    const value = top();
    stack.pop();
    return value;
  }

  function popToMark(): unknown[] {
    const mark = marks.pop();
    if (mark === undefined) throw damaged('it goes back to a mark that it has not set');
    return stack.splice(mark);
  }

  function pushContainer(container: unknown): void {
    spend(CONTAINER_COST);
    stack.push(container);
  }

  function listAtTop(): unknown[] {
    const list = top();
    if (!Array.isArray(list)) throw damaged('something is appended to what is no list');
    return list as unknown[];
  }

  function dictAtTop(): PickleDict {
    const dict = top();
    if (!(dict instanceof PickleDict)) throw damaged('an entry is set in what is no dictionary');
    return dict;
  }

  function setItems(dict: PickleDict, items: readonly unknown[]): PickleDict {
    if (items.length % 2 !== 0) throw damaged('a key of a dictionary has no value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
    return dict;
  }

  function remember(index: number): void {
    spend(4);
    memo.set(index, top());
  }

  function recall(index: number): void {
    if (!memo.has(index)) throw damaged(`it refers to object ${index}, which there is not`);
    stack.push(memo.get(index));
  }

  function call(found: unknown, values: unknown): unknown {
    if (!(found instanceof PickleGlobal)) throw damaged('something is called that is no name');
    if (!Array.isArray(values)) throw damaged('a call has no arguments');
    spend(CONTAINER_COST);
    return found.call(values, spend);
  }
}

function shortest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
