import { stringify } from 'yaml';

/** A configuration as the text of a `*.gap.yaml` file that reads back as the same configuration. */
export function formatConfig(config: Readonly<Record<string, unknown>>): string {
  return stringify(config, { lineWidth: 110, aliasDuplicateObjects: false });
}
