import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../server/config/parseConfig.ts';

const folder = 'media/templates';
const templates = readdirSync(folder);

describe('every template', () => {
  it('is a configuration', () => {
    expect(templates.length).toBeGreaterThan(3);
    expect(templates.filter((name) => !name.endsWith('.gap.yaml'))).toEqual([]);
  });

  it.each(templates)('%s validates without a word', (name) => {
    const { config, problems } = parseConfig(readFileSync(`${folder}/${name}`, 'utf8'), name);
    expect(problems).toEqual([]);
    expect(config).toBeDefined();
  });
});
