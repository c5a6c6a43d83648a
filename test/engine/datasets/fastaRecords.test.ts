import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fastaHeader,
  fastaRecords,
  fastaSequence,
  type FastaRecord,
} from '../../../server/engine/datasets/fastaRecords.ts';

/** Lets a promise pass between chunks, as a file does. */
async function* inChunks(content: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield await Promise.resolve(content.subarray(at, at + size));
    at += size;
  }
}

async function records(
  content: string | Buffer,
  sizes: readonly number[] = [1 << 20],
): Promise<FastaRecord[]> {
  const found: FastaRecord[] = [];
  for await (const record of fastaRecords(inChunks(Buffer.from(content), sizes), 'a.fasta')) {
    found.push({ ...record, bytes: Buffer.from(record.bytes) });
  }
  return found;
}

const header = (text: string) => fastaHeader({ bytes: Buffer.from(`>${text}\nMKV\n`), line: 1 });

it('finds the records wherever the chunks are cut', async () => {
  const record = fc.tuple(fc.stringMatching(/^[a-z> ]{0,9}$/), fc.array(fc.stringMatching(/^[A-Z]{0,9}$/)));
  const ends = fc.constantFrom('\n', '\r\n');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', '\n', ' \n\n'),
      fc.array(record, { minLength: 1 }),
      ends,
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      async (lead, given, end, sizes) => {
        const texts = given.map(([name, lines]) => [`>${name}`, ...lines, ''].join(end));
        const content = Buffer.from(lead + texts.join(''));
        const found = await records(content, sizes);
        expect(found.map(({ bytes }) => bytes.toString())).toEqual(texts);
        for (const { bytes, start, line } of found) {
          expect(content.subarray(start, start + bytes.length)).toEqual(bytes);
          expect(line).toBe(content.subarray(0, start).toString().split('\n').length);
        }
      },
    ),
  );
});

it('passes over a byte-order mark', async () => {
  expect(await records('\ufeff>a\nM')).toMatchObject([{ bytes: Buffer.from('>a\nM'), start: 3, line: 1 }]);
});

it('has nothing in an empty file', async () => {
  expect(await records('')).toEqual([]);
  expect(await records(' \n')).toEqual([]);
});

describe('a header', () => {
  it.each([
    ['sp|P69905|HBA_HUMAN Hemoglobin subunit alpha OS=Homo sapiens OX=9606 GN=HBA1 PE=1 SV=2', 'P69905', 'Hemoglobin subunit alpha'],
    ['tr|A0A024|A0A024_X OS=Homo sapiens', 'A0A024', ''],
    ['UniRef50_P1 Titin n=35 Tax=Mammalia TaxID=40674 RepID=TITIN', 'UniRef50_P1', 'Titin'],
    ['NP_000508.1 hemoglobin [Homo sapiens]', 'NP_000508.1', 'hemoglobin [Homo sapiens]'],
    ['  plain ', 'plain', ''],
    ['a\tb  c\r', 'a', 'b  c'],
    ['x length=5 of GN', 'x', 'length=5 of GN'],
  ])('%j', (text, id, description) => {
    expect(header(text)).toEqual({ id, description });
  }); // prettier-ignore

  it('without a name, or not in UTF-8', () => {
    expect(() => header(' ')).toThrow(expect.objectContaining({ code: 'fasta-header' }));
    const bytes = Buffer.from('>a caf\xe9\nM', 'latin1');
    expect(() => fastaHeader({ bytes, line: 9 })).toThrow('line 9 is not valid UTF-8');
  });
});

describe('a sequence', () => {
  it('comes from all its lines', () => {
    expect(fastaSequence({ bytes: Buffer.from('>a b\r\nmk\r\n\r\nV*\r\n'), line: 1 })).toBe('MKV');
  });

  it('names the line of what is no residue', () => {
    const sequence = (text: string) => () => fastaSequence({ bytes: Buffer.from(text), line: 5 });
    expect(sequence('>a\nMK\nM1\n')).toThrow('line 7 has "1"');
    expect(sequence('>a\n-MK')).toThrow('line 6 has "-"');
    expect(sequence('>a')).toThrow('the record of line 5 has an empty sequence');
  });
});

describe('refuses', () => {
  it('what is no FASTA, naming the line', async () => {
    await expect(records('\n\nMKV\n>a\nM')).rejects.toMatchObject({
      code: 'fasta-invalid',
      place: { file: 'a.fasta', line: 3 },
    });
  });

  it.each([[[1 << 20]], [[1 << 22]]])('a record of more than 1 MiB, in chunks of %j bytes', async (sizes) => {
    const long = `>a\n${'A'.repeat(1 << 20)}\n`;
    for (const content of [`>b\nM\n${long}`, `${long}>b\nM\n`]) {
      await expect(records(content, sizes)).rejects.toMatchObject({ code: 'fasta-invalid' });
    }
  });
});
