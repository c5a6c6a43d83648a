import { basename, extname } from 'node:path';
import { InputError } from '../problems.ts';

const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+|nan|inf)(?:e[-+]?\d+)?`;
/** A word, or a number, and at least three numbers more. */
const vector = new RegExp(String.raw`^(?:\S+[\s,;])?\s*${number}(?:[\s,;]+${number}){3,}$`, 'i');
/** What stands before the vectors of word2vec's text format: how many there are, and their dimension. */
const counts = /^\d+ \d+$/;

/**
 * Looks whether the lines of a text file are vectors: numbers alone, as `numpy.savetxt` writes them, or numbers behind a
 * word, as word2vec, GloVe and fastText do. Such a file holds embeddings; its lines as texts would be measured as such.
 */
export class NumberLines {
  #lines = 0;
  #vectors = 0;
  #words = 0;
  #hasCounts = false;

  /** @param text A line that is not blank, without white space around it. */
  add(text: string): void {
    const isFirst = this.#lines === 0 && !this.#hasCounts;
    if (isFirst && counts.test(text)) this.#hasCounts = true;
    else {
      this.#lines++;
      // Once a line is none, what the others are does not matter.
      if (this.#vectors + 1 < this.#lines || !vector.test(text)) return;
      this.#vectors++;
      if (!new RegExp(`^${number}[\\s,;]`, 'i').test(text)) this.#words++;
    }
  }

  /** @throws InputError `lines-of-numbers` when every line that was added is a vector. */
  refuse(path: string): void {
    if (this.#lines < 2 || this.#vectors < this.#lines) return;
    const file = JSON.stringify(basename(path));
    const saved = JSON.stringify(`${basename(path, extname(path))}.npy`);
    const isNamed = this.#words > 0;
    const numbers = `[line.split()[1:] for line in open(${file})]${this.#hasCounts ? '[1:]' : ''}`;
    const advice = isNamed
      ? `np.save(${saved}, np.array(${numbers}, dtype="float32"))`
      : `np.save(${saved}, np.loadtxt(${file}, dtype="float32"))`;
    throw new InputError(
      'lines-of-numbers',
      `Every line of ${path} is a vector of numbers${isNamed ? ' behind a word' : ''}, not a text to embed. Save the vectors as an array: \`${advice}\``,
      { file: path },
    );
  }
}
