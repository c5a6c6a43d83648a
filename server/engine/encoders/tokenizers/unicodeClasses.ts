import { CodePointSet } from './codePointSet.ts';
import { unicodeTables } from './unicodeTables.ts';

export type UnicodeClass = keyof typeof unicodeTables;

const sets = new Map<UnicodeClass, CodePointSet>();

/** A class of code points as the Rust library sees it; made when it is first asked for. */
export function unicodeClass(name: UnicodeClass): CodePointSet {
  let set = sets.get(name);
  if (set === undefined) {
    set = new CodePointSet(unicodeTables[name]);
    sets.set(name, set);
  }
  return set;
}
