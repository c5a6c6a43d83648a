import { isCollection, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { GapDocument } from './gapDocument.ts';
import type { SourceToken } from './sourceTokens.ts';

/** Spaces a level is indented by. */
const levelWidth = 2;

interface LineColumn {
  readonly old: number;
  readonly new: number;
}

/** Where the lines of a document begin, and where they should. Lines and columns count from 0. */
export class LineColumns {
  readonly #document: GapDocument;
  readonly #dashes: readonly number[];
  readonly #indentations: readonly number[];
  readonly #columns = new Map<number, LineColumn>();
  readonly #lines: readonly number[];

  /** @param tokens of the document's text. */
  constructor(document: GapDocument, tokens: readonly SourceToken[]) {
    this.#document = document;
    this.#dashes = tokens.filter(({ type }) => type === 'seq-item-ind').map(({ offset }) => offset);
    this.#indentations = document.text.split('\n').map((line) => line.length - line.trimStart().length);
    this.#layOut(document.root, 0);
    this.#lines = [...this.#columns.keys()].sort((a, b) => a - b);
  }

  /** The column that the first token of a line should have, a comment perhaps, which has `column` now. */
  newColumn(line: number, column: number): number {
    return this.#columns.get(line)?.new ?? this.#commentColumn(line, column);
  }

  /** By how much a line is moved to the right. */
  shift(line: number): number {
    const column = this.#columns.get(line);
    return column === undefined ? 0 : column.new - column.old;
  }

  /** A comment goes with the line below where both began alike, else with the one above that it was indented like. */
  #commentColumn(line: number, column: number): number {
    const next = lowerBound(this.#lines, line);
    const below = this.#columns.get(this.#lines[next] ?? -1);
    if (below?.old === column) return below.new;
    let alike: LineColumn | undefined;
    for (let at = next - 1; at >= 0; at--) {
      const above = this.#columns.get(this.#lines[at]!)!;
      if (above.old < column) return alike?.new ?? above.new + column - above.old;
      // A key and its list may begin alike, and do not any more: what follows the list is rather the key's.
      if (above.old === column && (alike === undefined || above.new < alike.new)) alike = above;
    }
    if (alike !== undefined) return alike.new;
    return below?.new ?? column;
  }

  /** Gives every line of a block its column; `column` is that of the node's entries, or of its own first line. */
  #layOut(node: Node | null, column: number): void {
    if (!node?.range) return;
    if (!isCollection(node) || node.flow === true) {
      this.#layOutLines(node.range[0], node.range[1], isScalar(node) && isBlock(node.type));
      return;
    }
    for (const item of node.items) {
      const key = isPair(item) ? (item.key as Node | null) : null;
      const value = (isPair(item) ? item.value : item) as Node | null;
      const start = isSeq(node) ? this.#dashBefore(value) : key?.range?.[0];
      if (start !== undefined) this.#place(this.#lineOf(start), column);
      this.#layOutValue(value, column + levelWidth);
    }
  }

  #layOutValue(value: Node | null, column: number): void {
    if (!value?.range) return;
    const isWritten = value.range[0] < value.range[1];
    if (isWritten && !(isCollection(value) && value.flow !== true))
      this.#place(this.#lineOf(value.range[0]), column);
    this.#layOut(value, isMap(value) || isSeq(value) ? column : 0);
  }

  /** Later lines of a value in flow style, or of a text over several lines, move with its first one. */
  #layOutLines(start: number, end: number, isMovedAlready: boolean): void {
    if (isMovedAlready) return;
    const first = this.#lineOf(start);
    const last = this.#lineOf(end);
    const shift = this.shift(first);
    for (let line = first + 1; line <= last; line++) this.#place(line, this.#indentations[line]! + shift);
  }

  /** What begins in a line first decides where it begins. */
  #place(line: number, column: number): void {
    const old = this.#indentations[line] ?? 0;
    if (!this.#columns.has(line)) this.#columns.set(line, { old, new: Math.max(0, column) });
  }

  #lineOf(offset: number): number {
    return this.#document.positionAt(offset).line;
  }

  #dashBefore(value: Node | null): number | undefined {
    const at = !value?.range ? 0 : lowerBound(this.#dashes, value.range[0]);
    return this.#dashes[at - 1];
  }
}

function isBlock(type: string | undefined): boolean {
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
}

/** Index of the first of ascending numbers that is not below a value. */
function lowerBound(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
