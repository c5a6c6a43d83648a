import type { FileHandle } from 'node:fs/promises';
import type { Note } from '../../../../protocol/report.ts';
import { someOf } from '../../../someOf.ts';
import type { ContainerArray } from '../container.ts';

/** What stands before the HDF5 part of the files that MATLAB has saved with `-v7.3`. */
const BEGINNING = 'MATLAB 7.3 MAT-file';
/** Groups in which MATLAB keeps what its own values refer to, such as the values of cells. */
const ofMatlab = /^#(refs|subsystem)#(\/|$)/;

/** Whether MATLAB 7.3 wrote an HDF5 file, or a program that writes as it does. */
export async function isMatlabFile(handle: FileHandle): Promise<boolean> {
  const start = Buffer.alloc(BEGINNING.length);
  await handle.read(start, 0, start.length, 0);
  return start.toString('latin1') === BEGINNING;
}

/**
 * The datasets of such a file in the order of axes that MATLAB shows, which is the opposite of HDF5's, without those that
 * MATLAB does not show, and a note that says so.
 */
export function asMatlabShows(
  found: readonly ContainerArray[],
  path: string,
): { readonly arrays: readonly ContainerArray[]; readonly notes: readonly Note[] } {
  const matrices: string[] = [];
  const arrays = found
    .filter(({ name }) => !ofMatlab.test(name))
    .map((array): ContainerArray => {
      const shape = array.shape?.toReversed() ?? null;
      if (array.type === null) {
        const isCell = array.description === 'references';
        return {
          ...array,
          shape,
          ...(isCell && { description: 'a cell array', advice: 'save it as one matrix, with vertcat(x{:})' }),
        };
      }
      if (shape!.length > 1 && Math.min(...shape!) > 1) matrices.push(`${array.name} (${shape!.join('×')})`);
      return { ...array, isTransposed: true };
    });
  return { arrays, notes: matrices.length === 0 ? [] : [orderNote(path, matrices)] };
}

function orderNote(path: string, matrices: readonly string[]): Note {
  return {
    code: 'matlab-order',
    message: `${path} is a MATLAB 7.3 file, which stores matrices transposed; they are read as MATLAB shows them, in rows: ${someOf(matrices)}. Where samples are columns there, save the transposed matrices`,
  };
}
