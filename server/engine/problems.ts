import { shortened } from './someOf.ts';

/** What a message may be long: what is longer nobody reads, and names from files may be of any length. */
export const longestMessage = 1000;

/** Where a problem lies: the file, and the place in it as a person would look it up (all counts from 1). */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Leads to the value in the configuration that names what is at fault, where that is known. */
  readonly configPath?: readonly (string | number)[];
}

/**
 * The user's input cannot be used: a file, a row, a configuration. The message names the place, what was found
 * and what was expected; the code is stable, so that documentation and scripts can refer to it. Of a message that is longer than
 * `longestMessage`, the middle is cut out.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: string;
  readonly place: Place;

  constructor(code: string, message: string, place: Place = {}) {
    super(shortened(message, longestMessage));
    this.code = code;
    this.place = place;
  }
}

/** `file:line:column`, as terminals and editors make links of it; empty when nothing is known. */
export function formatPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** One finding of a check, before anything runs. `path` leads to the value in the configuration. */
export interface Problem {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly path: readonly (string | number)[];
}
