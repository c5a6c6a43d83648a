import {
  Composer,
  LineCounter,
  Parser,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type CST,
  type Document,
  type Node,
  type Pair,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { TextRange } from './configProblem.ts';

/** Anchors may be used this often; nested ones multiply. A few serve a configuration, an explosion has thousands. */
const MAX_ALIASES = 50;

/** A configuration has five levels. What composes the document calls itself for each, and would overflow the stack. */
const MAX_DEPTH = 30;

/** What the YAML itself has wrong. */
export interface YamlProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly range: TextRange;
}

/** A YAML text that was read: its value, its problems and where everything stands. */
export interface YamlSource {
  /** Plain value of the document; undefined where the problems hold an error. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The nodes with their offsets, also of a text with errors; null where it is empty or nested too deeply. */
  readonly document: Document.Parsed | null;
  /** Where the key or the value of a path stands; the nearest parent that is written where the path is not. */
  readonly locate: (path: readonly (string | number)[], at: 'key' | 'value') => TextRange;
}

const codes: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'multiple-documents',
  TAB_AS_INDENT: 'yaml-tab',
  NON_STRING_KEY: 'yaml-key-not-text',
  TAG_RESOLVE_FAILED: 'yaml-unknown-tag',
};

/** Reads one YAML document. Never throws: whatever is wrong is in `problems`. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(Math.max(0, Math.min(offset, text.length)));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const range = (start: number, end: number): TextRange => ({ start: position(start), end: position(end) });
  const top = range(0, 0);

  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (isTooDeep(tokens)) {
    return failed('yaml-too-deep', `The YAML is nested deeper than ${MAX_DEPTH} levels`, top);
  }
  const composer = new Composer({
    uniqueKeys: false,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const document = documents[0];
  const second = documents[1];
  if (document === undefined || (document.contents === null && document.errors.length === 0)) {
    return failed('empty-document', 'The file is empty; expected a mapping with at least name and data', top);
  }
  if (second !== undefined) {
    const start = second.range[0];
    const message = 'Found a second YAML document; expected one';
    return { ...failed('multiple-documents', message, range(start, start)), document };
  }

  const syntax = [...document.errors, ...document.warnings].map((error): YamlProblem => ({
    code: codes[error.code] ?? 'yaml-syntax',
    severity: error.name === 'YAMLParseError' ? 'error' : 'warning',
    message: error.message,
    range: range(error.pos[0], error.pos[1]),
  }));
  const problems = [...syntax, ...duplicateKeys(document, range)];
  const locate = locatorOf(document, range, top);
  if (problems.some(({ severity }) => severity === 'error')) {
    return { value: undefined, problems, document, locate };
  }

  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    return { value, problems, document, locate };
  } catch (error) {
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    const alias = firstAliasRange(document);
    const found = error.message.startsWith('Unresolved alias')
      ? { code: 'yaml-unknown-anchor', message: error.message }
      : { code: 'yaml-too-many-aliases', message: 'The anchors expand to too much; write the values out' };
    const where = alias === undefined ? top : range(alias[0], alias[1]);
    return {
      value: undefined,
      problems: [...problems, { ...found, severity: 'error', range: where }],
      document,
      locate,
    };
  }
}

/** Whether the tokens hold each other too deeply; walked with a list of its own, not the call stack. */
function isTooDeep(tokens: readonly CST.Token[]): boolean {
  const waiting: (readonly [CST.Token | null | undefined, number])[] = tokens.map((token) => [token, 0]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [token, depth] = next;
    if (depth > MAX_DEPTH) return true;
    if (token?.type === 'document') {
      waiting.push([token.value, depth]);
    } else if (token && 'items' in token) {
      for (const { key, value } of token.items) waiting.push([key, depth + 1], [value, depth + 1]);
    }
  }
  return false;
}

function failed(code: string, message: string, range: TextRange): YamlSource {
  return {
    value: undefined,
    problems: [{ code, severity: 'error', message, range }],
    document: null,
    locate: () => range,
  };
}

/** Keys that stand in their mapping already. The parser would compare each key with every other one. */
function duplicateKeys(
  document: Document.Parsed,
  range: (start: number, end: number) => TextRange,
): YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key) || !key.range) continue;
        if (seen.has(key.value)) {
          problems.push({
            code: 'duplicate-key',
            severity: 'error',
            message: 'The same key stands twice in this mapping; expected it once',
            range: range(key.range[0], key.range[1]),
          });
        }
        seen.add(key.value);
      }
    },
  });
  return problems;
}

/** The anchor that is not set or, failing that, the first alias: where an explosion starts. */
function firstAliasRange(document: Document.Parsed): readonly [number, number] | undefined {
  let first: readonly [number, number] | undefined;
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return undefined;
      }
      if (!node.range) return undefined;
      const found = [node.range[0], node.range[1]] as const;
      first ??= found;
      if (anchors.has(node.source)) return undefined;
      first = found;
      return visit.BREAK;
    },
  });
  return first;
}

function locatorOf(
  document: Document.Parsed,
  range: (start: number, end: number) => TextRange,
  top: TextRange,
): YamlSource['locate'] {
  const rangeOf = (node: unknown): TextRange | undefined => {
    const offsets = (node as Node | null)?.range;
    return offsets ? range(offsets[0], offsets[1]) : undefined;
  };
  // Every key of a file may be at fault: they are not searched for one by one.
  const known = new Map<YAMLMap, Map<string, Pair>>();
  const pairsOf = (map: YAMLMap): Map<string, Pair> => {
    const pairs =
      known.get(map) ??
      // Of a key that stands twice, the first.
      new Map(
        [...map.items]
          .reverse()
          .flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])),
      );
    known.set(map, pairs);
    return pairs;
  };
  return (path, at) => {
    let node: unknown = document.contents;
    let key = top;
    let value = top;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = pairsOf(node).get(String(step));
        if (pair === undefined) return key;
        key = rangeOf(pair.key) ?? key;
        value = pair.value === null ? key : (rangeOf(pair.value) ?? key);
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        if (node === undefined) return key;
        key = value = rangeOf(node) ?? key;
      } else {
        return key;
      }
    }
    return at === 'key' ? key : value;
  };
}
