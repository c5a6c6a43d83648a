import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeMismatch } from '../../server/engine/schemaMismatch.ts';

const size = z.union([z.int().min(1), z.strictObject({ height: z.int(), width: z.int() })]);
const schema = z.strictObject({
  type: z.string(),
  size: size.optional(),
  mean: z.array(z.number()).length(3).optional(),
  act: z.enum(['gelu', 'relu']).optional(),
  deep: z.looseObject({ layers: z.int().min(1).max(9).optional() }).optional(),
  crop: z.union([z.object({ height: z.int(), width: z.int() }), z.object({ edge: z.int() })]).optional(),
  map: z.record(z.string(), z.number()).optional(),
});

it.each([
  [[], 'found [], expected a mapping'],
  [{}, 'type: found nothing, expected a text'],
  [{ type: null }, 'type: found null, expected a text'],
  [{ type: 'x', more: 3 }, 'more: found 3, expected no key of that name'],
  [{ type: 'x', mean: [1, 2] }, 'mean: found [1,2], expected at least 3 entries'],
  [{ type: 'x', mean: [1, 2, 'a'] }, 'mean.2: found "a", expected a number'],
  [{ type: 'x', act: 'swish' }, 'act: found "swish", expected "gelu" or "relu"'],
  [{ type: 'x', deep: { layers: 2.5 } }, 'deep.layers: found 2.5, expected a whole number'],
  [{ type: 'x', deep: { layers: 0 } }, 'deep.layers: found 0, expected at least 1'],
  [{ type: 'x', deep: { layers: 10 } }, 'deep.layers: found 10, expected at most 9'],
  [{ type: 'x', size: 'big' }, 'size: found "big", expected a number or a mapping'],
  [{ type: 'x', size: { height: 3 } }, 'size.width: found nothing, expected a number'],
  [
    { type: 'x', crop: { edge: 'a' } },
    'crop: found {"edge":"a"}, expected a mapping with height and width or a mapping with edge',
  ],
  [{ type: 'x', map: { a: 'b' } }, 'map.a: found "b", expected a number'],
])('%j', (value, said) => {
  expect(describeMismatch(schema.safeParse(value).error!, value)).toBe(said);
});

it('long values are cut', () => {
  expect(describeMismatch(schema.safeParse({ type: ['x'.repeat(500)] }).error!, {}).length).toBeLessThan(200);
});
