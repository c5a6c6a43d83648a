import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { initialParameters } from '../../../server/engine/graph/initialParameters.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

function graphOf(...names: string[]) {
  const builder = new GraphBuilder('test');
  for (const name of names) builder.parameter(name, [4], { kind: 'normal', deviation: 2 });
  builder.parameter('ones', [2], { kind: 'constant', value: 1 });
  return builder.build();
}

it('draws the same for a name and a seed, whatever other parameters there are', () => {
  const alone = initialParameters(graphOf('b'), new Random(1));
  const together = initialParameters(graphOf('a', 'b'), new Random(1));
  expect(together.get('b')).toEqual(alone.get('b'));
  expect(together.get('a')).not.toEqual(alone.get('b'));
  expect(initialParameters(graphOf('b'), new Random(2)).get('b')).not.toEqual(alone.get('b'));
  expect(alone.get('ones')).toEqual(Float32Array.of(1, 1));
});
