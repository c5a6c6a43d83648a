import { InlayHintKind, type InlayHint, type MarkupContent, type Range } from 'vscode-languageserver-types';
import { isScalar } from 'yaml';
import type { z } from 'zod';
import { descriptionOf, valueAt } from '../config/schemaWalk.ts';
import { allEntries, contentEnd } from './entryRange.ts';
import type { Facts } from './facts.ts';
import type { DocumentEntry, GapDocument, Path } from './gapDocument.ts';
import { dataFactsOf, modelFactsOf } from './knownData.ts';
import { holds } from './rangeOrder.ts';
import { branchesOf, defaultOf, schemaAtPath } from './schemaInfo.ts';

/** Defaults shown behind an entry; its tooltip has all of them. */
const MAX_DEFAULTS = 3;

/**
 * Behind the kind of an entry what it comes to: rows and dimensions of the data, the dimension and the logit scale of a
 * model, and what holds for keys that are left out.
 *
 * @param range hints outside of it are left out.
 */
export function inlayHints(document: GapDocument, range: Range, facts: Facts): InlayHint[] {
  return [...allEntries(document)].flatMap((entry): InlayHint[] => {
    if (entry.path.at(-1) !== 'kind' || !isScalar(entry.value)) return [];
    const end = contentEnd(document, entry.value);
    if (!holds(range, document.rangeAt(end, end))) return [];
    const position = document.positionAt(end);
    const parent = entry.path.slice(0, -1);
    const label = factLabel(document, parent, facts);
    const defaults = defaultsOf(document, parent, entry);
    return [
      ...(label === undefined ? [] : [{ position, label, paddingLeft: true }]),
      ...(defaults === undefined
        ? []
        : [{ position, ...defaults, kind: InlayHintKind.Parameter, paddingLeft: true } satisfies InlayHint]),
    ];
  });
}

function factLabel({ value, uri }: GapDocument, path: Path, facts: Facts): string | undefined {
  if (path.length === 1 && path[0] === 'data') {
    const data = dataFactsOf(value, uri, facts);
    if (data === undefined) return undefined;
    const rows = data.rows === null ? [] : [`${data.rows.toLocaleString('en')} rows`];
    const modalities = data.modalities.map(
      ({ name, dimension }) => `${name}${dimension === null ? '' : ` ${dimension}-d`}`,
    );
    return [...rows, modalities.join(', ')].join(' · ');
  }
  if (path.length !== 2 || path[0] !== 'encoders') return undefined;
  const model = modelFactsOf(value, String(path[1]), uri, facts);
  const parts = [
    ...(typeof model?.dimension !== 'number' ? [] : [`${model.dimension}-d`]),
    ...(typeof model?.logitScale !== 'number'
      ? []
      : [`logit scale ${Number(model.logitScale.toPrecision(4))}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** Keys of an entry that are left out and have a default of one value. */
function defaultsOf(
  { value }: GapDocument,
  path: Path,
  { value: kindNode }: DocumentEntry,
): { readonly label: string; readonly tooltip: MarkupContent } | undefined {
  const schema = schemaAtPath(value, path);
  const kind = isScalar(kindNode) ? kindNode.value : undefined;
  const branch = schema && branchesOf(schema).find((candidate) => candidate.kind === kind)?.branch;
  if (branch === undefined) return undefined;
  const written = valueAt(value, path);
  const defaults = Object.entries<z.core.$ZodType>(branch.shape).flatMap(([key, keySchema]) => {
    const usual = defaultOf(keySchema);
    const isShown = typeof usual === 'string' || typeof usual === 'number' || typeof usual === 'boolean';
    if (!isShown || valueAt(written, [key]) !== undefined) return [];
    return [{ text: `${key}: ${String(usual)}`, meaning: descriptionOf(keySchema) }];
  });
  if (defaults.length === 0) return undefined;
  const shown = defaults.slice(0, MAX_DEFAULTS).map(({ text }) => text);
  const list = defaults.map(
    ({ text, meaning }) => `- \`${text}\`${meaning === undefined ? '' : `: ${meaning}`}`,
  );
  return {
    label: `(${[...shown, ...(defaults.length > MAX_DEFAULTS ? ['…'] : [])].join(', ')})`,
    tooltip: { kind: 'markdown', value: `What holds for keys that are left out:\n\n${list.join('\n')}` },
  };
}
