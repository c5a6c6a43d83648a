import { readers } from '../engine/datasets/registry.ts';
import { encoders } from '../engine/encoders/registry.ts';
import { experiments } from '../engine/experiments/registry.ts';
import { metrics } from '../engine/metrics/registry.ts';
import { networks } from '../engine/networks/registry.ts';
import type { Path } from './gapDocument.ts';

/** What a registry says of a kind. */
export interface Definition {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly formula?: string;
  readonly reference?: string;
  readonly caveat?: string;
}

/** The registry whose kinds an entry at a path may name; undefined where no kinds are. */
export function definitionsAt(path: Path): readonly Definition[] | undefined {
  const [section, , list] = path;
  if (section === 'data' && path.length === 1) return readers;
  if (section === 'encoders' && path.length === 2) return encoders;
  if (section === 'encoders' && path.at(-1) === 'network') return networks;
  if (section === 'experiments' && path.length === 2) return experiments;
  return section === 'experiments' && list === 'metrics' && path.length === 4 ? metrics : undefined;
}

/** What the registry says of the kind that an entry at a path has. */
export function definitionAt(path: Path, kind: unknown): Definition | undefined {
  return definitionsAt(path)?.find((definition) => definition.kind === kind);
}

/** Title, description, formula, reference and caveat, as Markdown. */
export function describeDefinition({ title, description, formula, reference, caveat }: Definition): string {
  return [
    `**${title}**`,
    description,
    formula === undefined ? '' : `\`\`\`text\n${formula}\n\`\`\``,
    caveat === undefined ? '' : `Note: ${caveat}.`,
    reference === undefined ? '' : `*${reference}*`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
