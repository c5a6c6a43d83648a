import { InputError } from '../../problems.ts';

/**
 * What the system says of a folder that cannot be written to, in words that say what to do: InputError `disk-full` or
 * `model-cache-unwritable`. Any other error is given back as it is.
 */
export function writingProblem(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new InputError(
      'disk-full',
      `The disk is full (${message}): ${folder} could not be completed, and will be gone on with where it ended; HF_HUB_CACHE names another folder`,
      { file: folder },
    );
  }
  if (/^E(?:ACCES|PERM|ROFS|NOTDIR|EXIST)$/.test(code ?? '')) {
    return new InputError(
      'model-cache-unwritable',
      `${folder} cannot be written to (${message}); HF_HUB_CACHE names another folder`,
      { file: folder },
    );
  }
  return error;
}
