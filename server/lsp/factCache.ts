import { isDeepStrictEqual } from 'node:util';

/** Of one kind of fact so many are kept: those that were asked for last. */
const mostFacts = 500;

interface Fact<T> {
  readonly value: T | undefined;
  /** Whether what is kept holds still, as far as is known. */
  readonly isFresh: boolean;
  readonly isAsked: boolean;
}

/**
 * Facts that take time to find, by a key. What is known is given at once, also while it is looked up anew; who asks is
 * told when an answer differs from the last one.
 */
export class FactCache<T> {
  readonly #facts = new Map<string, Fact<T>>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** What is known; starts looking where that is nothing, or was invalidated. */
  get(key: string, look: () => Promise<T>): T | undefined {
    const fact = this.#facts.get(key);
    // Those asked for last are the last to go.
    this.#facts.delete(key);
    this.#facts.set(key, fact ?? { value: undefined, isFresh: false, isAsked: false });
    if (fact?.isFresh !== true && fact?.isAsked !== true) this.#look(key, fact?.value, look);
    for (const oldest of this.#facts.keys()) {
      if (this.#facts.size <= mostFacts) break;
      this.#facts.delete(oldest);
    }
    return fact?.value;
  }

  /** What is known may not hold any more: it is looked up anew when it is next asked for. */
  invalidate(): void {
    for (const [key, fact] of this.#facts) this.#facts.set(key, { ...fact, isFresh: false, isAsked: false });
  }

  #look(key: string, known: T | undefined, look: () => Promise<T>): void {
    const asked: Fact<T> = { value: known, isFresh: false, isAsked: true };
    this.#facts.set(key, asked);
    void look().then(
      (value) => {
        // Invalidated, or gone, meanwhile: the answer may be of before.
        if (this.#facts.get(key) !== asked) return;
        this.#facts.set(key, { value, isFresh: true, isAsked: false });
        if (!isDeepStrictEqual(value, known)) this.#onChange();
      },
      () => {
        if (this.#facts.get(key) === asked) this.#facts.set(key, { ...asked, isFresh: true, isAsked: false });
      },
    );
  }
}
