import { readFile } from 'node:fs/promises';
import { InputError } from '../../problems.ts';
import type { CheckpointTokenizer } from './checkpointTokenizer.ts';
import { checkpointFile } from './checkpointFile.ts';
import { paddedLength, type Padding } from './padding.ts';

/** Vocabularies of residues have some thirty tokens. */
const largestVocabulary = 2 ** 20;
/** What ESM-2 was trained with, start and end included (Lin et al. 2023). */
const defaultLength = 1026;

/**
 * Reads the `vocab.txt` of a protein language model of the ESM family, a token a line: `<cls>`, a token for each amino
 * acid, `<eos>`. What the vocabulary does not have becomes `<unk>`.
 *
 * @param length Tokens that the model takes at most; null for those of ESM-2.
 * @throws InputError `checkpoint-file` when it is not there, `checkpoint-tokenizer` when it lacks one of those tokens, or
 * `length` leaves no room for a protein.
 */
export async function readResidueTokenizer(
  folder: string,
  length: number | null,
  padding: Padding = 'multiple',
): Promise<CheckpointTokenizer> {
  const { file, size } = await checkpointFile(folder, 'vocab.txt');
  const problem = (message: string): InputError =>
    new InputError('checkpoint-tokenizer', `${file}: ${message}`, { file });
  if (size > largestVocabulary) throw problem(`it has ${size} bytes, at most ${largestVocabulary} are read`);
  const text = await readFile(file, 'utf8');
  const numbers = new Map(text.split(/\r?\n/).map((token, line) => [token.trim(), line]));
  const numberOf = (token: string): number => {
    const number = numbers.get(token);
    if (number === undefined) throw problem(`it has no token ${token}, which a model of proteins needs`);
    return number;
  };
  const [start, end, filler, unknown] = ['<cls>', '<eos>', '<pad>', '<unk>'].map(numberOf) as [
    number,
    number,
    number,
    number,
  ];
  numberOf('A');
  const limit = length ?? defaultLength;
  if (limit <= 2) throw problem(`${limit} tokens leave no room for a protein between its start and its end`);
  return {
    source: JSON.stringify([text, limit, padding]),
    model: 'residues',
    limit,
    prefix: [start],
    suffix: [end],
    tokens(sequence) {
      const all = Array.from(sequence, (residue) => numbers.get(residue) ?? unknown);
      const residues = all.slice(0, limit - 2);
      const count = residues.length + 2;
      const padded = paddedLength(count, limit, padding);
      const ids = new Int32Array(padded).fill(filler);
      ids.set([start, ...residues, end]);
      return {
        ids,
        types: new Int32Array(padded),
        attentionMask: new Int32Array(padded).fill(1, 0, count),
        isTruncated: all.length > residues.length,
      };
    },
  };
}
