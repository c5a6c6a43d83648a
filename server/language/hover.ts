import type { Hover } from 'vscode-languageserver-types';
import { isAlias, isScalar } from 'yaml';
import { descriptionOf, valueAt } from '../config/schemaWalk.ts';
import { keyAtFault } from '../engine/encoders/keyAtFault.ts';
import { definitionAt, describeDefinition } from './definitions.ts';
import {
  countedRows,
  describeData,
  describeModel,
  describePath,
  formatTemperature,
} from './factDescriptions.ts';
import { escapedMarkdown } from './escapedMarkdown.ts';
import type { Facts } from './facts.ts';
import type { DocumentPlace, GapDocument, Path } from './gapDocument.ts';
import { describeKey } from './keyDescription.ts';
import { classFactsOf, dataOf, isProblem, learnedLogitScale, modelOf, tableFactsOf } from './knownData.ts';
import { describeLastRun, experimentNameAt } from './runHistory.ts';
import { schemaAtPath } from './schemaInfo.ts';
import { roleAt } from './valueRoles.ts';

/**
 * What is known of the key or value at an offset: what it means, its formula and reference, and what the data, the
 * models and the last runs say. Null where nothing is written, and for keys that no schema has.
 */
export function hoverAt(document: GapDocument, offset: number, facts: Facts): Hover | null {
  const place = document.placeAt(offset);
  if (place === undefined || !(isScalar(place.node) || isAlias(place.node))) return null;
  const parts = partsAt(document, place, facts).filter((part) => part !== undefined && part !== '');
  const isKnown = schemaAtPath(document.value, place.path) !== undefined;
  if (!isKnown || parts.length === 0) return null;
  return {
    contents: { kind: 'markdown', value: parts.join('\n\n') },
    range: document.rangeAt(place.start, place.end),
  };
}

function partsAt(document: GapDocument, { path, part }: DocumentPlace, facts: Facts): (string | undefined)[] {
  const { value } = document;
  const schema = schemaAtPath(value, path);
  const here = valueAt(value, path);
  const parent = path.slice(0, -1);
  const isKind = path.at(-1) === 'kind';
  const definition = isKind
    ? definitionAt(parent, here)
    : (definitionAt(path, here) ?? definitionAt(path, valueAt(here, ['kind'])));
  const isNamed = part === 'value' && definition !== undefined;
  return [
    part === 'key' ? `**${String(path.at(-1))}**` : undefined,
    isNamed || schema === undefined ? undefined : describeKey(schema),
    definition && describeDefinition(definition),
    definition === undefined && isKind && schema !== undefined ? descriptionOf(schema) : undefined,
    aboutTemperature(document, path, facts),
    ...aboutData(document, isKind ? parent : path, facts),
    aboutEncoder(document, path, part, facts),
    part === 'value' ? aboutText(document, path, here, facts) : undefined,
    aboutResults(document, path, facts),
  ];
}

function aboutData({ value, uri }: GapDocument, path: Path, facts: Facts): (string | undefined)[] {
  if (path.join('.') !== 'data') return [];
  const known = dataOf(value, uri, facts);
  if (known === undefined) return [];
  return [isProblem(known) ? escapedMarkdown(known.problem.message) : describeData(known)];
}

function aboutEncoder(
  { value, uri }: GapDocument,
  path: Path,
  part: DocumentPlace['part'],
  facts: Facts,
): string | undefined {
  const [section, modality, key] = path;
  const isOfModel = key === undefined || (typeof key === 'string' && ['kind', 'model', 'path'].includes(key));
  if (section !== 'encoders' || modality === undefined || path.length > 3 || !isOfModel) return undefined;
  const known = modelOf(value, String(modality), uri, facts);
  if (known === undefined) return undefined;
  if (!isProblem(known)) return describeModel(known);
  // The diagnostic at the value says it already.
  const entry = valueAt(value, [section, modality]) as Readonly<Record<string, unknown>>;
  const isSaid = part === 'value' && key === keyAtFault(known.problem.code, entry);
  return isSaid ? undefined : escapedMarkdown(known.problem.message);
}

/** What a text names: a file with its size, a column with its type, a class with its rows. */
function aboutText({ value, uri }: GapDocument, path: Path, text: unknown, facts: Facts): string | undefined {
  const role = roleAt(value, path);
  if (typeof text !== 'string') return undefined;
  if (role === 'file' || role === 'folder') {
    const known = facts.path(uri, text);
    return known && describePath(known);
  }
  if (role === 'class') return aboutClass(value, uri, text, facts);
  if (role !== 'column') return undefined;
  const table = tableFactsOf(value, uri, facts);
  if (table === undefined || isProblem(table)) return undefined;
  const column = table.columns.find(({ name }) => name === text);
  const rows = table.rows === null ? '' : `, ${table.rows.toLocaleString('en')} rows`;
  return column && `Column of type \`${column.type}\`${rows}`;
}

/** How many rows a class has, and where it is: its folder, or the column that names it. */
function aboutClass(value: unknown, uri: string, name: string, facts: Facts): string | undefined {
  const known = classFactsOf(value, uri, facts)?.classes.find((candidate) => candidate.name === name);
  if (known === undefined) return undefined;
  const { kind, path, labels } = valueAt(value, ['data']) as Readonly<Record<string, unknown>>;
  const folder =
    kind === 'folder' && typeof path === 'string' ? facts.path(uri, `${path}/${name}`) : undefined;
  const place = [
    ...(folder?.kind === 'folder' ? [describePath(folder)] : []),
    ...(typeof labels === 'string' ? [`in the column \`${labels}\``] : []),
  ];
  return [`Class with ${countedRows(known.rows)}`, ...place].join(', ');
}

function aboutTemperature({ value, uri }: GapDocument, path: Path, facts: Facts): string | undefined {
  const name = typeof path.at(-1) === 'number' ? path.at(-2) : path.at(-1);
  if (name !== 'temperature' && name !== 'logitScales') return undefined;
  const learned = learnedLogitScale(value, uri, facts);
  return [
    'The temperature decides whether a gap pays. At a low one (CLIP learns 0.01) the softmax looks at the hardest ' +
      'negatives alone, and the loss has a minimum with the gap open: closing it raises the loss. As the temperature ' +
      'rises, that minimum moves towards a closed gap; models tuned at a high one have a smaller gap ' +
      '(Liang et al. 2022, Fig. 3).',
    ...(learned === undefined
      ? []
      : [
          `The model learned a temperature of ${formatTemperature(learned)}, a logit scale of ${Number(learned.toPrecision(4))}.`,
        ]),
  ].join('\n\n');
}

/** Last results: of an experiment on its kind and name, of a metric on the metric, of all of them on the section. */
function aboutResults(document: GapDocument, path: Path, facts: Facts): string | undefined {
  const [section, index, key] = path;
  if (section !== 'experiments') return undefined;
  const runs = facts.runs(document.uri) ?? [];
  if (index === undefined) {
    const count = document.entriesOf(document.entryAt(path) ?? { path, value: null }).length;
    return Array.from({ length: count }, (_, entry) => experimentNameAt(document, entry))
      .flatMap((name) => (name === undefined ? [] : (describeLastRun(runs, name) ?? [])))
      .join('\n\n');
  }
  const name = experimentNameAt(document, Number(index));
  if (name === undefined) return undefined;
  if (path.length === 2 || key === 'kind' || key === 'name') return describeLastRun(runs, name);
  if (key !== 'metrics' || path.length < 4) return undefined;
  const entry = valueAt(document.value, path.slice(0, 4));
  const metric = typeof entry === 'string' ? entry : valueAt(entry, ['kind']);
  const isMetric = path.length === 4 || path[4] === 'kind';
  return isMetric && typeof metric === 'string' ? describeLastRun(runs, name, metric) : undefined;
}
