import { CST, Lexer } from 'yaml';

/** A piece of a YAML text; together they are the text. */
export interface SourceToken {
  readonly type:
    | Exclude<CST.Token['type'] | CST.SourceToken['type'], 'document' | 'scalar'>
    /** A plain scalar, perhaps over several lines. */
    | 'plain-scalar'
    /** What stands below a `|` or `>`: whole lines, with their indentation. */
    | 'block-scalar-content';
  readonly text: string;
  readonly offset: number;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/** Splits a YAML text into its tokens, spaces and comments among them. */
export function sourceTokens(text: string): SourceToken[] {
  const tokens: SourceToken[] = [];
  let isScalar = false;
  let isBlockScalar = false;
  let offset = 0;
  let line = 0;
  let lineStart = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // Marks of the lexer's own, which are not in the text.
    if (lexeme === CST.SCALAR) isScalar = true;
    if (lexeme === CST.SCALAR || lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END) continue;
    const type = isScalar
      ? isBlockScalar
        ? 'block-scalar-content'
        : 'plain-scalar'
      : (CST.tokenType(lexeme) as SourceToken['type']);
    if (isScalar) isBlockScalar = false;
    if (type === 'block-scalar-header') isBlockScalar = true;
    isScalar = false;
    tokens.push({ type, text: lexeme, offset, line, column: offset - lineStart });
    offset += lexeme.length;
    const lastBreak = lexeme.lastIndexOf('\n');
    if (lastBreak >= 0) {
      lineStart = offset - (lexeme.length - lastBreak - 1);
      line += lexeme.split('\n').length - 1;
    }
  }
  return tokens;
}
