import { describe, expect, it } from 'vitest';
import { failureInData, failureOf, ServerFailure } from '../../client/serverFailure.ts';

describe('failures', () => {
  it('keep the reason that the server gave', () => {
    const reason = { message: 'No such file', code: 'path-not-found', file: '/a' };
    expect(failureInData(reason)).toEqual(reason);
    expect(failureOf(new ServerFailure(reason))).toEqual(reason);
    expect(failureOf(new ServerFailure({ message: 'a', code: 'b' }))).toEqual({ message: 'a', code: 'b' });
  });

  it('are internal without one', () => {
    expect(failureOf(new Error('broken'))).toEqual({ message: 'broken', code: 'internal' });
    expect(failureOf('broken')).toEqual({ message: 'broken', code: 'internal' });
    for (const data of [undefined, null, 'x', {}, { message: 'a' }, { message: 1, code: 'a' }]) {
      expect(failureInData(data)).toBeNull();
    }
  });
});
