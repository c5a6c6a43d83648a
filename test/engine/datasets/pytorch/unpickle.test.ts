import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pytorch } from '../../../../server/engine/datasets/pytorch.ts';
import type { PickleGlobal } from '../../../../server/engine/datasets/pytorch/pickleValues.ts';
import { PickleDict } from '../../../../server/engine/datasets/pytorch/pickleValues.ts';
import { PickleTruncated, unpickle } from '../../../../server/engine/datasets/pytorch/unpickle.ts';
import { InputError } from '../../../../server/engine/problems.ts';
import { inputErrorOf, openReader, temporaryFolder } from '../openForTest.ts';

const folder = temporaryFolder();
const { pickles } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../oracle/torchFiles.json', import.meta.url)), 'utf8'),
) as { readonly pickles: Readonly<Record<string, string>> };

const names = {
  where: 'x.pt',
  file: 'x.pt',
  find(module: string, name: string): PickleGlobal {
    throw new InputError('pytorch-object', `${module}.${name}`);
  },
  persistent: (id: unknown) => id,
};

function read(...parts: readonly (string | number | Uint8Array)[]): unknown {
  const bytes = parts.map((part) => {
    if (typeof part === 'number') return Buffer.from([part]);
    return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
  });
  return unpickle(Buffer.concat(bytes), 0, names).value;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.code;
    if (error instanceof PickleTruncated) return 'truncated';
    throw error;
  }
  return 'none';
}

/** What torch's files of before 1.6 begin with, and their end without storages. */
function legacyFile(pickled: Buffer): string {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80027d2e', 'hex');
  writeFileSync(join(folder, 'x.pt'), Buffer.concat([magic, pickled, Buffer.from('80025d2e', 'hex')]));
  return 'x.pt';
}

describe('unpickle', () => {
  it.each(Object.entries(pickles))('reads what Python writes in protocol %s', (_, hex) => {
    const big = 2n ** 100n;
    const expected = [null, true, false, 0, 1, -1, 255, 256, 65535, 65536, -(2 ** 31), 2 ** 31];
    expect(unpickle(Buffer.from(hex, 'hex'), 0, names).value).toEqual([
      ...[...expected, -(2n ** 63n), 2n ** 63n, -big, big],
      ...[1.5, -1e300, Infinity, '', 'ä€😀', 'x'.repeat(300), 'quote \' " \\ \n'],
      [1, [2, [3]]],
      new PickleDict([['a', new PickleDict([['b', []]])]]),
    ]);
  });

  it('reads whole numbers of any sign and length', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
        const length = Math.ceil((value.toString(2).length + 2) / 8);
        const hex = BigInt.asUintN(8 * length, value)
          .toString(16)
          .padStart(2 * length, '0');
        const found = read(0x8a, length, Buffer.from(hex, 'hex').reverse(), '.');
        expect(BigInt(found as number | bigint)).toBe(value);
        expect(BigInt(read(`L${value}L\n.`) as number | bigint)).toBe(value);
      }),
    );
  });

  it('reads Python 2’s texts', () => {
    expect(read("S'a\\x00\\n\\'\\\\'\n.")).toBe("a\0\n'\\");
    expect(read('U', 2, Buffer.from([0xe9, 0x41]), '.')).toBe('éA');
    expect(read('T', Buffer.from([1, 0, 0, 0, 0xff]), '.')).toBe('ÿ');
  });

  it('keeps lone surrogates apart', () => {
    const one = read('X', Buffer.from([3, 0, 0, 0, 0xed, 0xa0, 0x80]), '.');
    const other = read('X', Buffer.from([3, 0, 0, 0, 0xed, 0xa0, 0x81]), '.');
    expect(one).not.toBe(other);
  });

  it('reads bytes and bytearrays of 8-byte lengths', () => {
    const length = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]);
    for (const opcode of [0x8e, 0x96]) expect(read(opcode, length, 'ab', '.')).toEqual(Buffer.from('ab'));
    expect(read(0x8d, length, 'ab', '.')).toBe('ab');
  });

  it.each([
    ['an instruction that is none', [0xfe]],
    ['an extension’s code', [0x82, 1]],
    ['a buffer from outside', [0x97]],
    ['a protocol to come', [0x80, 6, 'N.']],
    ['a stack that is empty', ['.']],
    ['a mark that is not set', ['t.']],
    ['a memo that has nothing', ['h', 3, '.']],
    ['an append to a number', ['K', 1, 'K', 1, 'a.']],
    ['an entry in a list', [']NNs.']],
    ['a key without a value', ['(Nd.']],
    ['a state of a list', [']Nb.']],
    ['a call of a number', ['K', 1, ')R.']],
    ['a number of letters', ['Iabc\n.']],
    ['a float of letters', ['F0x10\n.']],
    ['a text without quotes', ['Sabc\n.']],
    ['a length beyond 2⁵³', [0x8d, Buffer.alloc(8, 0xff), '.']],
    ['a whole number of negative length', [0x8b, Buffer.from([0xff, 0xff, 0xff, 0xff]), '.']],
  ] as const)('refuses %s', (_, parts) => {
    expect(codeOf(() => read(...parts))).toBe('pickle-damaged');
  });

  it('finds where the bytes end too soon, without reserving what they claim', () => {
    expect(codeOf(() => read('X', Buffer.from([0xff, 0xff, 0xff, 0x7f]), 'a.'))).toBe('truncated');
    expect(codeOf(() => read('N'))).toBe('truncated');
    expect(codeOf(() => read('cos'))).toBe('truncated');
  });

  it.each([
    ['cos\nsystem\n', 'os.system'],
    ['(S"ls"\nios\nsystem\n', 'os.system'],
    ['\x8c\x02os\x8c\x06system\x93', 'os.system'],
    ['c__builtin__\neval\n', '__builtin__.eval'],
    ['cbuiltins\ngetattr\n', 'builtins.getattr'],
    ['ctorch.hub\nload\n', 'torch.hub.load'],
    ['cnumpy.testing._private.utils\nrunstring\n', 'numpy.testing._private.utils.runstring'],
    ['ctorch._utils\n__class__\n', 'torch._utils.__class__'],
    ['cobject\n__proto__\n', 'object.__proto__'],
  ])('the reader refuses %j by name', async (program, name) => {
    const error = await inputErrorOf(
      openReader(pytorch, { path: legacyFile(Buffer.from(`${program}.`, 'latin1')) }, folder),
    );
    expect(error.code).toBe('pytorch-object');
    expect(error.message).toContain(name);
  });
});

describe('what pickles may cost', () => {
  const failure = (pickled: Buffer | string) =>
    inputErrorOf(openReader(pytorch, { path: legacyFile(Buffer.from(pickled as string, 'latin1')) }, folder));

  it('lists within lists that double with each line', async () => {
    // Each list holds the one before twice: 2⁶⁰ lists, if they were all looked at.
    const program = `]q\x00${Array.from({ length: 60 }, () => ']q\x01(h\x00h\x00eq\x00').join('')}.`;
    expect((await failure(program)).code).toBe('pytorch-structure');
  });

  it('a list that holds itself', async () => {
    expect((await failure(']q\x00h\x00a.')).code).toBe('pytorch-structure');
  });

  it('lists within one another, very deep', async () => {
    expect((await failure(`${']'.repeat(100_000)}${'a'.repeat(99_999)}.`)).code).toBe('pytorch-structure');
  });

  it('a list copied again and again', async () => {
    const copies = 'cbuiltins\nlist\nq\x01(h\x00tR0'.repeat(10_000);
    expect((await failure(`](${'N'.repeat(100_000)}eq\x00${copies}].`)).code).toBe('pickle-size');
  });

  it('the same name for two things', async () => {
    // {'a': {'b': 1}, 'a.b': 2}
    expect((await failure("}(S'a'\n}S'b'\nK\x01sS'a.b'\nK\x02u.")).code).toBe('pytorch-structure');
  });
});
