import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { experimentSchema } from '../../server/config/schema.ts';
import { optionsOf } from '../../server/config/schemaWalk.ts';
import { branchesOf, elementOf, recordValueOf } from '../../server/language/schemaInfo.ts';
import { hasModalityKeys, roleAt, valueRoles } from '../../server/language/valueRoles.ts';

/** Paths of every text below a schema, `*` for any name or index; what has kinds of its own is left to its entry. */
function textsBelow(schema: z.core.$ZodType, path: string): string[] {
  const inner = (step: string) => (path === '' ? step : `${path}.${step}`);
  const element = elementOf(schema);
  const record = recordValueOf(schema);
  return [
    ...(optionsOf(schema).some((option) => option instanceof z.ZodString) ? [path] : []),
    ...(element === undefined ? [] : textsBelow(element, inner('*'))),
    ...(record === undefined ? [] : textsBelow(record, inner('*'))),
    ...optionsOf(schema).flatMap((option) =>
      option instanceof z.ZodObject
        ? Object.entries(option.shape as Record<string, z.ZodType>).flatMap(([key, field]) =>
            textsBelow(field, inner(key)),
          )
        : [],
    ),
  ];
}

const { data, encoders, experiments, ...top } = experimentSchema.shape;

describe('every text of the schema has a role', () => {
  it('at the top', () => {
    expect(Object.keys(valueRoles['']['']!)).toEqual(textsBelow(z.object(top), ''));
  });

  it.each([
    ...branchesOf(data).map(({ kind, branch }) => ['data', kind, branch] as const),
    ...branchesOf(recordValueOf(encoders)!).map(({ kind, branch }) => ['encoders', kind, branch] as const),
    ...branchesOf(elementOf(experiments)!).map(({ kind, branch }) => ['experiments', kind, branch] as const),
  ])('%s: %s', (section, kind, branch) => {
    expect(Object.keys(valueRoles[section][kind] ?? {}).sort()).toEqual(
      [...new Set(textsBelow(branch, ''))].sort(),
    );
  });
});

describe('roleAt', () => {
  const value = { data: { kind: 'table' }, encoders: { image: { kind: 'onnx' } }, output: 'x' };

  it.each([
    [['data', 'path'], 'pattern'],
    [['data', 'path', 3], 'pattern'],
    [['data', 'columns', 'any'], 'column'],
    [['encoders', 'image', 'processor'], 'folder'],
    [['output'], 'output'],
    [['data', 'limit'], undefined],
    [['encoders', 'text', 'path'], undefined],
  ])('%j', (path, role) => {
    expect(roleAt(value, path)).toBe(role);
  });

  it('knows where keys are modalities', () => {
    expect(hasModalityKeys(['encoders'])).toBe(true);
    expect(hasModalityKeys(['data', 'columns'])).toBe(true);
    expect(hasModalityKeys(['data'])).toBe(false);
  });
});
