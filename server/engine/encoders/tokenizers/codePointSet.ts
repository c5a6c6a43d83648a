/** A set of code points that is asked often: a bit each. */
export class CodePointSet {
  readonly #bits = new Uint8Array(0x110000 / 8);
  readonly #ranges: readonly (readonly [number, number])[];

  /** @param table gaps and lengths by turns, to the base of 36, as `unicodeTables` has them */
  constructor(table: string) {
    const ranges: [number, number][] = [];
    const numbers = table === '' ? [] : table.split(' ').map((digits) => parseInt(digits, 36));
    let end = 0;
    for (let at = 0; at < numbers.length; at += 2) {
      const start = end + numbers[at]!;
      end = start + numbers[at + 1]!;
      ranges.push([start, end - 1]);
      for (let code = start; code < end; code++) this.#bits[code >> 3]! |= 1 << (code & 7);
    }
    this.#ranges = ranges;
  }

  has(code: number): boolean {
    return (this.#bits[code >> 3]! & (1 << (code & 7))) !== 0;
  }

  /** What stands between the brackets of a class in a regular expression with the flag `v`. */
  get classText(): string {
    return this.#ranges
      .map(([first, last]) => (first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`))
      .join('');
  }
}

function escaped(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
