import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { defineReader, type SampleDataset } from './dataset.ts';
import { NumberLines } from './numberLines.ts';
import { openRegularFile } from './regularFile.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { unreadableFile } from './textFile.ts';

const chunkBytes = 1 << 20;
/** A longer line is no text to embed; the bound keeps a file without line ends from filling the memory. */
const longestLine = 1 << 20;
const lineFeed = 0x0a;

/** Where the lines that are not blank lie in a file, and their numbers from 1. */
interface LineIndex {
  readonly starts: number[];
  readonly ends: number[];
  readonly numbers: number[];
}

/** Plain text, a row for each line. */
export const textLines = defineReader({
  kind: 'text-lines',
  title: 'Text lines',
  description:
    'A plain text file in UTF-8, a row for each line; blank lines are left out. Rows are named by the number of their line. The file is indexed, not held in memory.',
  gives: 'samples',
  params: z.strictObject({
    path: z.string().min(1).describe('The text file (UTF-8).'),
    ...samplingParams,
  }),
  recognises: (path, isFolder) => Promise.resolve(!isFolder && /\.txt$/i.test(path)),
  paramsFor: (path) => ({ path }),
  async open(params, { baseFolder, random, signal }) {
    const path = resolve(baseFolder, params.path);
    const { handle: file } = await openRegularFile(path);
    try {
      const lines = await indexLines(file, path, signal);
      return selectSamples(toDataset(file, lines), params, random);
    } catch (error) {
      await file.close();
      throw error;
    }
  },
});

async function indexLines(file: FileHandle, path: string, signal: AbortSignal): Promise<LineIndex> {
  const lines: LineIndex = { starts: [], ends: [], numbers: [] };
  const numberLines = new NumberLines();
  const add = (bytes: Buffer, start: number, number: number): void => {
    if (!isUtf8(bytes)) {
      const found = `Line ${number} of ${path} is not valid UTF-8; save the file in that encoding`;
      throw new InputError('not-utf-8', found, { file: path, line: number });
    }
    const text = textOf(bytes);
    if (text === '') return;
    numberLines.add(text);
    lines.starts.push(start);
    lines.ends.push(start + bytes.length);
    lines.numbers.push(number);
  };

  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let position = 0;
  let number = 1;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position).catch((error: unknown) => {
      throw unreadableFile(path, error);
    });
    if (bytesRead === 0) break;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    const offset = position - rest.length;
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      add(bytes.subarray(start, end), offset + start, number++);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > longestLine) {
      const found = `Line ${number} of ${path} is longer than ${longestLine} bytes; expected a text a line`;
      throw new InputError('line-too-long', found, { file: path, line: number });
    }
    position += bytesRead;
  }
  add(rest, position - rest.length, number);
  if (lines.starts.length === 0) {
    const found = position === 0 ? 'is empty (0 bytes)' : 'has only blank lines';
    throw new InputError('no-rows', `${path} ${found}; expected a text a line`, { file: path });
  }
  numberLines.refuse(path);
  return lines;
}

/** A line's text without white space around it (a carriage return, a byte-order mark). */
function textOf(line: Buffer): string {
  return line.toString('utf8').trim();
}

function toDataset(file: FileHandle, { starts, ends, numbers }: LineIndex): SampleDataset {
  return {
    kind: 'samples',
    notes: [],
    modalities: [{ name: 'text', content: 'text' }],
    count: starts.length,
    facts: { ids: numbers.map((number) => `line ${number}`) },
    skipped: [],
    async read(index) {
      const start = starts[index]!;
      const length = ends[index]! - start;
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
      return { id: `line ${numbers[index]!}`, items: [{ content: 'text', text: textOf(buffer) }] };
    },
    close: () => file.close(),
  };
}
