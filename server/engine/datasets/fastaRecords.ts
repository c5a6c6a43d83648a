import { isUtf8 } from 'node:buffer';
import { InputError } from '../problems.ts';
import { firstNonResidue, proteinSequence } from './proteinSequence.ts';

/** A record as it stands in a file: from its `>` to before the next one. */
export interface FastaRecord {
  readonly bytes: Buffer;
  /** Where its first byte lies. */
  readonly start: number;
  /** The number of its header's line, from 1. */
  readonly line: number;
}

/** What a record's header says. */
export interface FastaHeader {
  /** The first word; of UniProt's (`sp|P12345|NAME`) the accession. */
  readonly id: string;
  /** What follows, without UniProt's and UniRef's fields (`OS=…`); may be empty. */
  readonly description: string;
}

/** The longest known protein has some 40,000 letters; the bound keeps genomes and other files out of the memory. */
const longestRecord = 1 << 20;
const lineFeed = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The records of a FASTA file, as its bytes come.
 *
 * @throws InputError `fasta-invalid` when something else stands before the first `>`, or a record is longer than
 *   1 MiB.
 */
export async function* fastaRecords(
  chunks: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<FastaRecord> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  let line = 1;
  let isBegun = false;
  for await (const chunk of chunks) {
    let bytes = Buffer.concat([rest, chunk]);
    if (!isBegun) {
      const lead = leadLength(bytes);
      if (lead < bytes.length && bytes[lead] !== 0x3e) {
        const found = JSON.stringify(bytes.toString('latin1', lead, lead + 20));
        throw invalid(`begins with ${found}`, line + linesIn(bytes.subarray(0, lead)));
      }
      isBegun = lead < bytes.length;
      line += linesIn(bytes.subarray(0, lead));
      start += lead;
      bytes = bytes.subarray(lead);
    }
    // The last byte of what was left may be the line's end before a header.
    for (let from = Math.max(0, rest.length - 1); ;) {
      const end = bytes.indexOf('\n>', from);
      if (end === -1) break;
      const record = bytes.subarray(0, end + 1);
      checkLength(record);
      yield { bytes: record, start, line };
      line += linesIn(record);
      start += record.length;
      bytes = bytes.subarray(end + 1);
      from = 0;
    }
    checkLength(bytes);
    rest = bytes;
  }
  if (isBegun) yield { bytes: rest, start, line };

  function checkLength({ length }: Buffer): void {
    if (length > longestRecord) throw invalid(`has a record of more than ${longestRecord} bytes`, line);
  }

  function invalid(found: string, at: number): InputError {
    return new InputError(
      'fasta-invalid',
      `${file} ${found} (line ${at}), expected proteins, each a line with > and its name, and lines of its sequence`,
      { file, line: at },
    );
  }
}

/**
 * The header of a record.
 *
 * @throws InputError `not-utf-8`; `fasta-header` when it names nothing.
 */
export function fastaHeader({ bytes, line }: Pick<FastaRecord, 'bytes' | 'line'>): FastaHeader {
  const header = bytes.subarray(1, headerLength(bytes));
  if (!isUtf8(header)) throw new InputError('not-utf-8', `line ${line} is not valid UTF-8`);
  const [, name, rest = ''] = /^(\S+)\s*(.*)$/s.exec(header.toString('utf8').trim()) ?? [];
  if (name === undefined) throw new InputError('fasta-header', `line ${line} gives no name after the >`);
  const accession = /^(?:sp|tr)\|([^|]+)\|/.exec(name)?.[1];
  const description = rest.replace(/(?:^|\s+)(?:OS|OX|GN|PE|SV|n|Tax|TaxID|RepID)=.*$/s, '');
  return { id: accession ?? name, description };
}

/**
 * The sequence of a record, upper case.
 *
 * @throws InputError `protein-invalid` when a character is no amino acid's, naming the line, or there is none.
 */
export function fastaSequence({ bytes, line }: Pick<FastaRecord, 'bytes' | 'line'>): string {
  const start = headerLength(bytes);
  const text = bytes.toString('latin1', start);
  const at = firstNonResidue(text);
  if (at < 0) return proteinSequence(text, `the record of line ${line}`);
  const found = line + 1 + linesIn(bytes.subarray(start, start + at));
  throw new InputError(
    'protein-invalid',
    `line ${found} has ${JSON.stringify(text[at])} in a sequence, expected letters of amino acids alone`,
  );
}

/** The bytes of the header's line, with its end. */
function headerLength(bytes: Buffer): number {
  const end = bytes.indexOf(lineFeed);
  return end === -1 ? bytes.length : end + 1;
}

/** The bytes before the first one that counts: a byte-order mark, white space. */
function leadLength(bytes: Buffer): number {
  let length = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  while (length < bytes.length && bytes[length]! <= 0x20) length++;
  return length;
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}
