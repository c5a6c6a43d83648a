import { describe, expect, it } from 'vitest';
import { rowProblem } from '../../../server/engine/measurement/rowProblem.ts';

const name = { modality: 'image', file: 'a.npy', row: 11, id: 'id-11' };

describe('rowProblem', () => {
  it('names the row from 1, its id and the column of what is not a number', () => {
    const problem = rowProblem(Float32Array.of(3, NaN), name);
    expect(problem.message).toBe(
      'row 12 (id-11) of modality "image" holds NaN in column 1; embeddings must be finite numbers',
    );
    expect(problem).toMatchObject({ code: 'non-finite-row', place: { file: 'a.npy' } });
    expect(rowProblem(Float32Array.of(-Infinity, 1), name).message).toMatch(
      /holds -Infinity or a number beyond float32.* in column 0/,
    );
  });

  it('names a row without direction, also where rows have no ids', () => {
    const problem = rowProblem(Float32Array.of(0, 0), { ...name, id: undefined });
    expect(problem.message).toContain('row 12 of modality "image" is all zeros');
    expect(problem.code).toBe('zero-row');
  });
});
