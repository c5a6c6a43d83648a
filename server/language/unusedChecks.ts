import { isAlias, visit } from 'yaml';
import { valueAt } from '../config/schemaWalk.ts';
import type { DocumentProblem } from './documentProblem.ts';
import type { GapDocument, Path } from './gapDocument.ts';
import { roleAt } from './valueRoles.ts';

/** What is written and does nothing: keys that need another one, metrics and classes that are named already. */
export function unusedProblems(document: GapDocument): DocumentProblem[] {
  return [...samplingProblems(document), ...repeatedMetrics(document), ...repeatedClasses(document)];
}

/** Anchors that no alias names, by the offsets of their names. */
export function unusedAnchors(document: GapDocument): { name: string; start: number; end: number }[] {
  const { source, text } = document;
  const used = new Set<string>();
  const anchors: { name: string; start: number; end: number }[] = [];
  if (source.document === null || !text.includes('&')) return [];
  let from = 0;
  visit(source.document, {
    Node(_, node) {
      if (isAlias(node)) {
        used.add(node.source);
      } else if (node.anchor !== undefined && node.range) {
        // Before its node, after all that was visited before.
        const at = text.lastIndexOf(`&${node.anchor}`, node.range[0]);
        if (at >= from) anchors.push({ name: node.anchor, start: at, end: at + node.anchor.length + 1 });
        from = Math.max(from, at);
      }
    },
  });
  return anchors.filter(({ name }) => !used.has(name));
}

function samplingProblems({ value }: GapDocument): DocumentProblem[] {
  const isWritten = valueAt(value, ['data', 'sampling']) !== undefined;
  if (!isWritten || valueAt(value, ['data', 'limit']) !== undefined) return [];
  const message = '`sampling` chooses the rows that `limit` takes; without `limit` all of them are taken';
  return [
    {
      code: 'sampling-not-used',
      severity: 'hint',
      message,
      path: ['data', 'sampling'],
      at: 'key',
      isUnused: true,
    },
  ];
}

function repeatedMetrics({ value }: GapDocument): DocumentProblem[] {
  const entries = valueAt(value, ['experiments']);
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry, index): DocumentProblem[] => {
    const metrics = valueAt(entry, ['metrics']);
    if (!Array.isArray(metrics)) return [];
    return repetitions(metrics, ['experiments', index, 'metrics'], (metric) => ({
      code: 'metric-repeated',
      message: `"${metric}" is measured already; its values would be in the results twice`,
    }));
  });
}

function repeatedClasses({ value }: GapDocument): DocumentProblem[] {
  const path = ['data', 'classes'];
  const classes = roleAt(value, [...path, 0]) === 'class' ? valueAt(value, path) : undefined;
  if (!Array.isArray(classes)) return [];
  return repetitions(classes, path, (name) => ({
    code: 'class-repeated',
    message: `The class "${name}" is named already; its rows are taken once`,
  }));
}

/** Texts of a list that it has before. */
function repetitions(
  list: readonly unknown[],
  path: Path,
  describe: (text: string) => Pick<DocumentProblem, 'code' | 'message'>,
): DocumentProblem[] {
  const first = new Map<string, number>();
  return list.flatMap((text, index): DocumentProblem[] => {
    if (typeof text !== 'string') return [];
    const before = first.get(text);
    if (before === undefined) {
      first.set(text, index);
      return [];
    }
    return [
      {
        ...describe(text),
        severity: 'warning',
        path: [...path, index],
        at: 'value',
        isUnused: true,
        related: [{ path: [...path, before], at: 'value', message: 'Named here before' }],
      },
    ];
  });
}
