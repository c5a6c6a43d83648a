/** A parsed Python literal: tuples and lists are arrays, dictionaries are maps with string keys. */
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | Map<string, PythonLiteral>;

const DEEPEST = 16;

/**
 * Parses the literals that `.npy` headers are made of: dictionaries with string keys, tuples, lists, strings
 * without escapes, whole numbers, `True`, `False`, `None`. Nothing is evaluated.
 *
 * @throws SyntaxError that says what was found where.
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  let at = 0;
  const parsed = value(0);
  space();
  if (at < text.length) throw unexpected('the end');
  return parsed;

  function value(depth: number): PythonLiteral {
    if (depth > DEEPEST) throw new SyntaxError(`nested more than ${DEEPEST} deep`);
    space();
    switch (text[at]) {
      case '{':
        return dictionary(depth);
      case '(':
        return sequence(')', depth);
      case '[':
        return sequence(']', depth);
      case "'":
      case '"':
        return string();
      case undefined:
      default:
        return word();
    }
  }

  function dictionary(depth: number): Map<string, PythonLiteral> {
    const entries = new Map<string, PythonLiteral>();
    at++;
    while (!closes('}')) {
      if (text[at] !== "'" && text[at] !== '"') throw unexpected('a string as key');
      const key = string();
      if (entries.has(key)) throw new SyntaxError(`the key '${key}' comes twice`);
      space();
      if (text[at] !== ':') throw unexpected(':');
      at++;
      entries.set(key, value(depth + 1));
      separator('}');
    }
    return entries;
  }

  function sequence(close: string, depth: number): PythonLiteral[] {
    const values: PythonLiteral[] = [];
    at++;
    while (!closes(close)) {
      values.push(value(depth + 1));
      separator(close);
    }
    return values;
  }

  function string(): string {
    const end = text.indexOf(text[at]!, at + 1);
    if (end < 0) throw new SyntaxError(`the string at character ${at + 1} does not end`);
    const content = text.slice(at + 1, end);
    if (content.includes('\\')) throw new SyntaxError(`the string at character ${at + 1} has an escape`);
    at = end + 1;
    return content;
  }

  function word(): PythonLiteral {
    // Python 2 wrote the sizes of large arrays with an L behind them.
    const [whole, found] = /^(True|False|None|-?\d+)L?(?![\w.])/.exec(text.slice(at, at + 32)) ?? [];
    if (whole === undefined || found === undefined) throw unexpected('a value');
    at += whole.length;
    if (found === 'None') return null;
    if (found === 'True' || found === 'False') return found === 'True';
    if (!Number.isSafeInteger(Number(found))) throw new SyntaxError(`the number ${found} is too large`);
    return Number(found);
  }

  /** Whether the bracket comes next; then steps over it. */
  function closes(bracket: string): boolean {
    space();
    if (text[at] !== bracket) return false;
    at++;
    return true;
  }

  function separator(close: string): void {
    space();
    if (text[at] === ',') at++;
    else if (text[at] !== close) throw unexpected(`, or ${close}`);
  }

  function space(): void {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t') at++;
  }

  function unexpected(expected: string): SyntaxError {
    const found = at < text.length ? JSON.stringify(text[at]) : 'the end';
    return new SyntaxError(`found ${found} at character ${at + 1}, expected ${expected}`);
  }
}
