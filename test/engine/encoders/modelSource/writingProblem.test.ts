import { expect, it } from 'vitest';
import { writingProblem } from '../../../../server/engine/encoders/modelSource/writingProblem.ts';
import { InputError } from '../../../../server/engine/problems.ts';

it.each([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EACCES', 'model-cache-unwritable'],
  ['EROFS', 'model-cache-unwritable'],
])('makes %s the problem %s, which names the folder and the setting', (code, expected) => {
  const problem = writingProblem(Object.assign(new Error('said so'), { code }), '/cache/models--a');
  expect(problem).toBeInstanceOf(InputError);
  const { code: found, message } = problem as InputError;
  expect(found).toBe(expected);
  for (const part of ['/cache/models--a', 'said so', 'HF_HUB_CACHE']) expect(message).toContain(part);
});

it('gives back what has nothing to do with the disk', () => {
  for (const error of [new Error('x'), new InputError('EACCES', 'x'), undefined, 'x']) {
    expect(writingProblem(error, '/cache')).toBe(error);
  }
});
