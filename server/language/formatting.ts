import { isDeepStrictEqual } from 'node:util';
import type { TextEdit } from 'vscode-languageserver-types';
import { readYaml } from '../config/yamlSource.ts';
import type { GapDocument } from './gapDocument.ts';
import { LineColumns } from './lineColumns.ts';
import { sourceTokens, type SourceToken } from './sourceTokens.ts';

/**
 * The edit that brings a document into the templates' style: two spaces a level, lists indented, one space where spaces
 * stand within a line, one blank line at most, a line break at the end. Values, the order of keys, quotes, anchors, line
 * breaks and every comment stay. Nothing where the YAML has errors.
 */
export function formatting(document: GapDocument): TextEdit[] {
  const { text, source, root } = document;
  if (root === null || source.problems.some(({ severity }) => severity === 'error')) return [];
  const tokens = sourceTokens(text);
  const formatted = formatTokens(tokens, new LineColumns(document, tokens));
  // The layout of YAML has more corners than the rules here: what does not read back the same is left alone.
  const again = readYaml(formatted);
  const isSame =
    again.problems.length === source.problems.length && isDeepStrictEqual(again.value, source.value);
  return isSame ? editBetween(document, formatted) : [];
}

interface Line {
  text: string;
  /** Whether it is within a text over several lines, where blank lines count. */
  readonly isText: boolean;
}

function formatTokens(tokens: readonly SourceToken[], columns: LineColumns): string {
  const lines: Line[] = [{ text: '', isText: false }];
  for (const [index, token] of tokens.entries()) {
    const [previous, next] = [tokens[index - 1], tokens[index + 1]];
    const isAtStart = previous === undefined || endsLine(previous);
    const line = lines.at(-1)!;
    if (token.type === 'newline') {
      lines.push({ text: '', isText: false });
    } else if (token.type === 'space') {
      // What a line begins with is written with its first token.
      if (!isAtStart && next !== undefined) line.text += spaceBetween(previous, next);
    } else if (token.type === 'block-scalar-content') {
      addText(lines, token.text, columns.shift(token.line - 1));
    } else {
      const isIndented =
        previous?.type === 'space' && (tokens[index - 2] === undefined || endsLine(tokens[index - 2]!));
      if (isAtStart || isIndented) line.text += ' '.repeat(columns.newColumn(token.line, token.column));
      else if (previous.type !== 'space') line.text += missingSpace(previous, token);
      addText(lines, token.text, columns.shift(token.line), line);
    }
  }
  return joinLines(lines);
}

function endsLine({ type, text }: SourceToken): boolean {
  return type === 'newline' || (type === 'block-scalar-content' && text.endsWith('\n'));
}

/** Adds a text that may have several lines, moved with its first one. */
function addText(lines: Line[], text: string, shift: number, first?: Line): void {
  const parts = text.split('\n');
  if (first !== undefined) first.text += parts.shift() ?? '';
  else lines.pop();
  for (const part of parts) lines.push({ text: shifted(part, shift), isText: true });
  // After a text of whole lines another line begins.
  if (first === undefined && text.endsWith('\n')) lines[lines.length - 1] = { text: '', isText: false };
}

function shifted(line: string, by: number): string {
  if (line.trim() === '') return line;
  const content = line.trimStart();
  return ' '.repeat(Math.max(0, line.length - content.length + by)) + content;
}

/** Spaces within a line, by what stands before and after them. */
function spaceBetween(before: SourceToken, after: SourceToken): string {
  if (after.type === 'newline') return '';
  if (after.type === 'comment') return ' ';
  if (before.type === 'flow-map-start' && after.type === 'flow-map-end') return '';
  if (before.type === 'flow-seq-start' || after.type === 'flow-seq-end' || after.type === 'comma') return '';
  // An alias takes a colon that follows it into its name.
  return after.type === 'map-value-ind' && before.type !== 'alias' ? '' : ' ';
}

/** A space that is not there, where one makes it easier to read. */
function missingSpace(before: SourceToken, after: SourceToken): string {
  if (after.type === 'newline' || after.type === 'comma' || after.type === 'flow-seq-end') return '';
  if (before.type === 'flow-map-start') return after.type === 'flow-map-end' ? '' : ' ';
  return after.type === 'flow-map-end' || before.type === 'comma' || before.type === 'map-value-ind'
    ? ' '
    : '';
}

/** One blank line at most between two lines, none at the beginning, one line break at the end. */
function joinLines(lines: readonly Line[]): string {
  const isBlank = (line: Line | undefined) => line === undefined || (line.text.trim() === '' && !line.isText);
  const kept = lines.filter((line, index) => !isBlank(line) || !isBlank(lines[index - 1]));
  return `${kept
    .map(({ text }) => text)
    .join('\n')
    .trimEnd()}\n`;
}

/** One edit, of the lines that differ. */
function editBetween(document: GapDocument, formatted: string): TextEdit[] {
  const { text } = document;
  if (text === formatted) return [];
  let start = 0;
  while (start < text.length && text[start] === formatted[start]) start++;
  start = text.slice(0, start).lastIndexOf('\n') + 1;
  let end = 0;
  const most = Math.min(text.length, formatted.length) - start;
  while (end < most && text.at(-1 - end) === formatted.at(-1 - end)) end++;
  return [
    {
      range: document.rangeAt(start, text.length - end),
      newText: formatted.slice(start, formatted.length - end),
    },
  ];
}
