import { escapedMarkdown } from './escapedMarkdown.ts';
import type { DataEntryFacts, ModelFacts, PathFacts } from './facts.ts';

/** Rows, modalities and dimensions of data, as Markdown. */
export function describeData({ rows, modalities, classes }: DataEntryFacts): string {
  const counts = [
    ...(rows === null ? [] : [countedRows(rows)]),
    ...(classes === null ? [] : [`${classes.length.toLocaleString('en')} classes`]),
  ];
  const list = modalities.map(({ name, content, dimension }) => {
    const what = content ?? 'embeddings';
    return `- \`${name}\`: ${what}${dimension === null ? '' : `, dimension ${dimension}`}`;
  });
  return [counts.join(', '), list.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** `1 row`, `25,014 rows`. */
export function countedRows(rows: number): string {
  return `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
}

/** Architecture, size, dimension and learned temperature of a model, as Markdown. */
export function describeModel({
  architecture,
  parameters,
  size,
  dimension,
  logitScale,
  details = [],
  isPresent,
}: ModelFacts): string {
  const lines = [
    ...(architecture === null ? [] : [`architecture: ${escapedMarkdown(architecture)}`]),
    ...(parameters === null ? [] : [`parameters: ${formatCount(parameters)}`]),
    ...(size === null ? [] : [`size: ${formatBytes(size)}`]),
    ...(dimension === null ? [] : [`dimension: ${dimension}`]),
    ...(logitScale === null
      ? []
      : [`logit scale: ${Number(logitScale.toPrecision(4))} (temperature ${formatTemperature(logitScale)})`]),
    ...details.map(escapedMarkdown),
    ...(isPresent ? [] : ['not on this machine yet: it is downloaded at the first run']),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

/** What a path leads to, as Markdown. */
export function describePath({ kind, size, uri }: PathFacts): string {
  if (kind === 'missing') return 'Not there';
  return `[${kind === 'folder' ? 'Folder' : 'File'}](${uri})${size === null ? '' : `, ${formatBytes(size)}`}`;
}

/** The temperature that belongs to a logit scale, to four digits. */
export function formatTemperature(logitScale: number): string {
  return String(Number((1 / logitScale).toPrecision(4)));
}

/** Bytes in the largest unit that leaves at least 1, by steps of 1024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** step).toPrecision(3))} ${units[step]!}`;
}

function formatCount(count: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(count);
}
