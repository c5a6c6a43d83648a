import type { TextRange } from '../config/configProblem.ts';
import type { MissingFact } from '../facts/workspaceFacts.ts';

/** A configuration that was checked without running it. */
export interface CheckedFile {
  /** As it was given on the command line. */
  readonly file: string;
  /** Whether it can be run, as far as is known. */
  readonly isValid: boolean;
  readonly problems: readonly FoundProblem[];
  /** What could not be found out about the files that it names. */
  readonly missing: readonly MissingFact[];
}

/** A problem with a file; without a range where the file itself could not be read. */
export interface FoundProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  readonly range: TextRange | null;
}

/** `2 of 3 files are valid: 4 errors, 1 warning`. */
export function summarise(files: readonly CheckedFile[]): string {
  const valid = files.filter(({ isValid }) => isValid).length;
  const problems = files.flatMap((file) => file.problems);
  const counts = (['error', 'warning', 'information', 'hint'] as const).flatMap((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    if (count === 0) return [];
    const isPlural = count > 1 && severity !== 'information';
    return [`${count} ${severity}${isPlural ? 's' : ''}`];
  });
  const verb = valid === 1 ? 'is' : 'are';
  const noun = files.length === 1 ? 'file' : 'files';
  return `${valid} of ${files.length} ${noun} ${verb} valid${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
}
