import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position, Range } from 'vscode-languageserver-types';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
  type Scalar,
} from 'yaml';
import { checkSource, type ParsedConfig } from '../config/parseConfig.ts';
import { readYaml, type YamlSource } from '../config/yamlSource.ts';

/** Keys and, in lists, indices from 0, from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** What stands at an offset: a key, or a value that is no mapping and no list unless nothing inside of it is there. */
export interface DocumentPlace {
  /** Leads to the value, also where its key is meant. */
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly node: Node;
  /** Offsets of `node`; the end is exclusive, without what follows it. */
  readonly start: number;
  readonly end: number;
}

/** A key and its value, as they are written. */
export interface DocumentEntry {
  readonly path: Path;
  /** Null in lists. */
  readonly key: Scalar | null;
  /** Null where nothing is written. */
  readonly value: Node | null;
}

/**
 * One version of a `*.gap.yaml` text: its YAML with offsets, read once, and what the schema says of it, read when first
 * asked for. Whatever is written, half or wrong, it can be made, and no method throws.
 */
export class GapDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  readonly source: YamlSource;
  readonly #positions: TextDocument;
  #aliases: ReadonlyMap<Node, Node> | undefined;
  #parsed: ParsedConfig | undefined;
  #value: { readonly plain: unknown } | undefined;

  constructor(document: TextDocument) {
    this.#positions = document;
    this.uri = document.uri;
    this.version = document.version;
    this.text = document.getText();
    this.source = readYaml(this.text);
  }

  /** The top of the document; null where it is empty or nested too deeply. */
  get root(): ParsedNode | null {
    return this.source.document?.contents ?? null;
  }

  /** The configuration, or the problems of its YAML and its schema. Places in it count from 1. */
  get parsed(): ParsedConfig {
    return (this.#parsed ??= checkSource(this.source, this.uri));
  }

  /**
   * The plain value, as far as it can be read in spite of errors; for looking up what is written, not for validation.
   * Aliases share the object that they name, so that it may only be walked along a path.
   */
  get value(): unknown {
    return (this.#value ??= { plain: this.#plain(this.root, new Map()) }).plain;
  }

  positionAt(offset: number): Position {
    return this.#positions.positionAt(offset);
  }

  offsetAt(position: Position): number {
    return this.#positions.offsetAt(position);
  }

  /** @param end Exclusive. */
  rangeAt(start: number, end: number): Range {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }

  /** Where a node is written, without what follows it. */
  rangeOf(node: Node): Range {
    const [start, end] = node.range ?? [0, 0];
    return this.rangeAt(start, end);
  }

  /** The entry at a path, going through aliases; undefined where it is not written. */
  entryAt(path: Path): DocumentEntry | undefined {
    let entry: DocumentEntry = { path: [], key: null, value: this.root };
    for (const step of path) {
      const inner = this.entriesOf(entry).find((candidate) => candidate.path.at(-1) === step);
      if (inner === undefined) return undefined;
      entry = inner;
    }
    return entry;
  }

  /** The entries of the mapping or list at an entry, in their order; of an alias, those of what it names. */
  entriesOf({ path, value }: Pick<DocumentEntry, 'path' | 'value'>): DocumentEntry[] {
    const node = this.resolve(value);
    if (isMap(node)) {
      return node.items.flatMap((pair): DocumentEntry[] => {
        const { key, value } = pair as Pair<Node, Node | null>;
        return isScalar(key) ? [{ path: [...path, String(key.value)], key, value }] : [];
      });
    }
    if (!isSeq(node)) return [];
    return node.items.map((item, index) => ({ path: [...path, index], key: null, value: item as Node }));
  }

  /** The node that an alias names; any other node is itself. Null where the anchor is not set, or not yet. */
  resolve(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    this.#aliases ??= aliasesOf(this.source.document);
    return this.#aliases.get(node) ?? null;
  }

  /** The range of the key at a path; where it has none, or is not written, that of the nearest parent's. */
  keyRange(path: Path): Range {
    return this.#rangeAtPath(path, 'key');
  }

  /** The range of the value at a path, of its key where nothing is written, or of the nearest parent's key. */
  valueRange(path: Path): Range {
    return this.#rangeAtPath(path, 'value');
  }

  /**
   * What stands at an offset, at its end included; in a comment or a space, the mapping or list around it. Undefined
   * outside of everything.
   */
  placeAt(offset: number): DocumentPlace | undefined {
    let entry: DocumentEntry = { path: [], key: null, value: this.root };
    for (;;) {
      if (isAlias(entry.value)) break;
      const inner = this.entriesOf(entry).find(
        ({ key, value }) => touches(key, offset) || touches(value, offset),
      );
      if (inner === undefined) break;
      if (inner.key !== null && touches(inner.key, offset)) return placeOf(inner.path, 'key', inner.key);
      entry = inner;
    }
    const { path, value } = entry;
    return value !== null && touches(value, offset) ? placeOf(path, 'value', value) : undefined;
  }

  #rangeAtPath(path: Path, at: 'key' | 'value'): Range {
    const { start, end } = this.source.locate(path, at);
    return {
      start: { line: start.line - 1, character: start.column - 1 },
      end: { line: end.line - 1, character: end.column - 1 },
    };
  }

  #plain(node: Node | null, known: Map<Node, unknown>): unknown {
    const resolved = this.resolve(node);
    if (isScalar(resolved)) return resolved.value;
    if (resolved === null) return null;
    if (known.has(resolved)) return known.get(resolved);
    const isList = isSeq(resolved);
    const object: Record<string, unknown> = {};
    const list: unknown[] = [];
    // Known before it is complete: an anchor may hold its own alias.
    known.set(resolved, isList ? list : object);
    for (const { path, value } of this.entriesOf({ path: [], value: resolved })) {
      if (isList) list.push(this.#plain(value, known));
      else if (path[0] !== '__proto__') object[String(path[0])] = this.#plain(value, known);
    }
    return isList ? list : object;
  }
}

/** The documents that are open, each read once a version. */
export class GapDocuments {
  readonly #read = new WeakMap<TextDocument, GapDocument>();

  get(document: TextDocument): GapDocument {
    const read = this.#read.get(document);
    if (read?.version === document.version) return read;
    const fresh = new GapDocument(document);
    this.#read.set(document, fresh);
    return fresh;
  }
}

/** What each alias names: the last node before it with its anchor. */
function aliasesOf(document: Document | null): Map<Node, Node> {
  const anchored = new Map<string, Node>();
  const named = new Map<Node, Node>();
  if (document === null) return named;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchored.get(node.source);
        if (target !== undefined) named.set(node, target);
      } else if (node.anchor !== undefined) {
        anchored.set(node.anchor, node);
      }
    },
  });
  return named;
}

function touches(node: Node | null, offset: number): boolean {
  return (
    node?.range !== undefined && node.range !== null && node.range[0] <= offset && offset <= node.range[1]
  );
}

function placeOf(path: Path, part: DocumentPlace['part'], node: Node): DocumentPlace {
  const [start, end] = node.range ?? [0, 0];
  return { path, part, node, start, end };
}
