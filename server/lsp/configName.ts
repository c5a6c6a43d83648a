import { basename } from 'node:path';
import { readYaml } from '../config/yamlSource.ts';

/** What a configuration calls itself; the name of its file where it does not say, or is not valid yet. */
export function configName(text: string, file: string): string {
  return textAt(text, 'name') ?? basename(file).replace(/(\.gap)?\.ya?ml$/i, '');
}

/** The folder that a configuration names for its run, as it is written there; null where it names none. */
export function configOutput(text: string): string | null {
  return textAt(text, 'output');
}

function textAt(text: string, key: 'name' | 'output'): string | null {
  const { value } = readYaml(text);
  if (typeof value !== 'object' || value === null || !(key in value)) return null;
  const found = (value as Readonly<Record<string, unknown>>)[key];
  return typeof found === 'string' && found !== '' ? found : null;
}
