import { InputError } from '../problems.ts';

/** A model needed more memory than there was: a smaller batch may still work, in a new process. */
export class OutOfMemory extends InputError {
  constructor(message: string) {
    super('out-of-memory', message);
  }
}
