import { TextDocument } from 'vscode-languageserver-textdocument';
import { isMap, isScalar, isSeq, Scalar, type Node } from 'yaml';
import { GapDocument, type Path } from './gapDocument.ts';

/** Stands where the cursor is while the text around it is read; of characters that nobody types. */
const marker = '\uE123\uE124';

/** What a cursor stands in, and what text around it would be replaced. */
export interface CursorPlace {
  /** The mapping that a key may be written into here; null where only a value may stand. */
  readonly mapping: Path | null;
  /** What may be written here as a whole; null where only a key may stand. */
  readonly value: Path | null;
  /** Keys that the mapping has already, without the one at the cursor. */
  readonly keys: ReadonlySet<string>;
  /** The plain value of the document, with what is at the cursor in it. */
  readonly plain: unknown;
  /** Offsets of the text that is replaced, within its quotes. */
  readonly start: number;
  readonly end: number;
  /** What of it stands before the cursor. */
  readonly typed: string;
  readonly quote: '"' | "'" | null;
  readonly isFlow: boolean;
  /** Whether the key at the cursor has its colon already. */
  readonly hasColon: boolean;
  /** Whether nothing but indentation and dashes stands before it on its line. */
  readonly isOwnLine: boolean;
  /** Whether nothing follows on the line. */
  readonly isLineEnd: boolean;
  /** Columns before the key at the cursor or, for a value, before its key. */
  readonly indent: number;
  /** What has to be written before: a space, or the dash of another entry. */
  readonly lead: string;
}

/**
 * What stands at a cursor, found by reading the text with a marker in the cursor's place: so the parser itself says
 * where it is, however incomplete the text around it. Undefined in comments and in texts of several lines.
 */
export function cursorPlace(document: GapDocument, offset: number): CursorPlace | undefined {
  const { text } = document;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  const after = /^[^\r\n]*/.exec(text.slice(offset, offset + 10_000))![0];
  const lead = leadOf(text, lineStart, before);
  // A word alone on a line would become one text with the lines below it; as a key it does not.
  const isOwnLine = /^\s*(?:-\s+)*[^\s:#,[\]{}"']*$/.test(before + lead) && !/^\s*-$/.test(before);
  const isLoneWord = isOwnLine && /^[^\s:#,[\]{}"']*\s*(?:#.*)?$/.test(after);
  const insert = (colon: string) =>
    text.slice(0, offset) +
    lead +
    marker +
    wordEnd(after, colon) +
    text.slice(offset + wordLength(after, colon));
  const read = (colon: string) => {
    const content = insert(colon);
    const fresh = new GapDocument(TextDocument.create(document.uri, 'gap-yaml', 0, content));
    const place = fresh.placeAt(offset + lead.length + 1);
    return place !== undefined && isScalar(place.node) ? { fresh, place, scalar: place.node } : undefined;
  };
  let found = read(isLoneWord ? ':' : '');
  // Within a text of several lines, or in brackets that go over lines, a colon changes what is there.
  if (isLoneWord && found?.place.part !== 'key') found = read('');
  if (found === undefined) return undefined;
  const { fresh, place, scalar } = found;
  if (isBlock(scalar)) return undefined;
  const lineEnd = fresh.text.slice(place.start, offset).indexOf('\n');
  if (lineEnd >= 0) return withoutLine(document, offset, place.start, place.start + lineEnd);

  const quote = scalar.type === Scalar.QUOTE_DOUBLE ? '"' : scalar.type === Scalar.QUOTE_SINGLE ? "'" : null;
  const isKey = place.part === 'key';
  const parent = fresh.entryAt(place.path.slice(0, -1));
  const isOnlyKey = isKey && parent !== undefined && fresh.entriesOf(parent).length === 1;
  const keys = new Set(
    (parent === undefined || !isMap(fresh.resolve(parent.value)) ? [] : fresh.entriesOf(parent))
      .map(({ path }) => String(path.at(-1)))
      .filter((key) => !key.includes(marker)),
  );
  const start = place.start + (quote === null ? 0 : 1);
  const from = Math.min(offset, start <= offset ? start : start - lead.length);
  const written = fresh.text.slice(place.start, place.end);
  const closing = quote !== null && written.length > 1 && written.endsWith(quote) ? 1 : 0;
  const hasColon = isKey && !isLoneWord && /^\s*:/.test(fresh.text.slice(place.end));
  const isFlow = isInFlow(fresh, place.path, place.part === 'key');
  return {
    mapping: isKey ? place.path.slice(0, -1) : null,
    value: isKey ? (isOnlyKey && !isFlow && !hasColon ? place.path.slice(0, -1) : null) : place.path,
    keys,
    plain: fresh.value,
    start: from,
    end: Math.max(offset, place.end - closing - marker.length - lead.length),
    typed: text.slice(from, offset),
    quote,
    isFlow,
    hasColon,
    isOwnLine,
    isLineEnd:
      text.slice(Math.max(offset, place.end - marker.length - lead.length)).search(/^[ \t]*(?:\r?\n|$)/) ===
      0,
    indent: indentOf(fresh, place.path, place.start, isKey),
    lead,
  };
}

/**
 * Looks again with the beginning of a text blanked out that reaches over several lines, down to the cursor: most likely
 * its quote was not closed yet. Undefined where the text is no quoted one.
 */
function withoutLine(
  { uri, text }: GapDocument,
  offset: number,
  start: number,
  end: number,
): CursorPlace | undefined {
  if (text[start] !== '"' && text[start] !== "'") return undefined;
  const blanked = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end);
  return cursorPlace(new GapDocument(TextDocument.create(uri, 'gap-yaml', 0, blanked)), offset);
}

/** What is missing before the cursor: the space after a colon or a dash, or the dash of the list that the line is in. */
function leadOf(text: string, lineStart: number, before: string): string {
  if (/(?:^\s*|\s)-$/.test(before) || /^[^#"']*[^\s"'#:]:$/.test(before)) return ' ';
  if (!/^[ ]+$/.test(before)) return '';
  const column = before.length;
  let isListed = false;
  for (let end = lineStart - 1; end > 0;) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    end = start - 1;
    const indent = line.search(/\S/);
    if (indent < 0 || line[indent] === '#' || indent > column) continue;
    if (indent < column) return isListed ? '- ' : '';
    if (!/^\s*-(?:\s|$)/.test(line)) return '';
    isListed = true;
  }
  return '';
}

/** The rest of a word alone on its line, and its colon. */
function wordEnd(after: string, colon: string): string {
  return colon === '' ? '' : after.slice(0, wordLength(after, colon)) + colon;
}

function wordLength(after: string, colon: string): number {
  return colon === '' ? 0 : /^[^\s:#,[\]{}"']*/.exec(after)![0].length;
}

function isBlock({ type }: Scalar): boolean {
  return type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;
}

/** Whether what is at a path stands in brackets or braces. */
function isInFlow(document: GapDocument, path: Path, isKey: boolean): boolean {
  const innermost = isKey ? path.length - 1 : path.length;
  for (let length = 0; length <= innermost; length++) {
    const node = document.entryAt(path.slice(0, length))?.value ?? null;
    if ((isMap(node) || isSeq(node)) && node.flow === true) return true;
  }
  return false;
}

/** Columns before a key or, for a value, before the key that it belongs to. */
function indentOf(document: GapDocument, path: Path, start: number, isKey: boolean): number {
  let at = start;
  if (!isKey) {
    for (let length = path.length; length > 0; length--) {
      const key: Node | null | undefined = document.entryAt(path.slice(0, length))?.key;
      if (key?.range) {
        at = key.range[0];
        break;
      }
    }
  }
  return document.positionAt(at).character;
}
