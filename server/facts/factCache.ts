import { isDeepStrictEqual } from 'node:util';

interface Fact<T> {
  readonly value: T | undefined;
  /** Whether what is kept holds still, as far as is known. */
  readonly isFresh: boolean;
  readonly isAsked: boolean;
  /** Why looking for it failed the last time; undefined where it did not. */
  readonly error?: unknown;
}

/** A fact that was asked for and is not known. */
export interface UnansweredFact {
  readonly key: string;
  /** Why it could not be found out; undefined while it is being looked up. */
  readonly error: unknown;
}

/**
 * Facts that take time to find, by a key. What is known is given at once, also while it is looked up anew; who asks is
 * told when an answer differs from the last one.
 */
export class FactCache<T> {
  readonly #facts = new Map<string, Fact<T>>();
  readonly #looking = new Set<Promise<void>>();
  readonly #mostFacts: number;
  readonly #onChange: () => void;

  /**
   * @param mostFacts So many are kept: those that were asked for last. Has to be more than one text asks for, which would
   * never know them all.
   */
  constructor(mostFacts: number, onChange: () => void) {
    this.#mostFacts = mostFacts;
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
      if (this.#facts.size <= this.#mostFacts) break;
      this.#facts.delete(oldest);
    }
    return fact?.value;
  }

  /** What is known may not hold any more: it is looked up anew when it is next asked for. */
  invalidate(): void {
    for (const [key, fact] of this.#facts) this.#facts.set(key, { ...fact, isFresh: false, isAsked: false });
  }

  /** Whether something is being looked up. */
  get isLooking(): boolean {
    return this.#looking.size > 0;
  }

  /** Resolves, never rejects, once nothing is being looked up. */
  async settled(): Promise<void> {
    while (this.isLooking) await Promise.all(this.#looking);
  }

  /** What was asked for and is not known. */
  unanswered(): UnansweredFact[] {
    return [...this.#facts].flatMap(([key, { value, error }]) =>
      value === undefined ? [{ key, error }] : [],
    );
  }

  #look(key: string, known: T | undefined, look: () => Promise<T>): void {
    const asked: Fact<T> = { value: known, isFresh: false, isAsked: true };
    this.#facts.set(key, asked);
    const looking = look()
      .then(
        (value) => {
          // Invalidated, or gone, meanwhile: the answer may be of before.
          if (this.#facts.get(key) !== asked) return;
          this.#facts.set(key, { value, isFresh: true, isAsked: false });
          if (!isDeepStrictEqual(value, known)) this.#onChange();
        },
        (error: unknown) => {
          if (this.#facts.get(key) === asked)
            this.#facts.set(key, { ...asked, isFresh: true, isAsked: false, error });
        },
      )
      .finally(() => this.#looking.delete(looking));
    this.#looking.add(looking);
  }
}
