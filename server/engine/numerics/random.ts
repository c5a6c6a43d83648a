import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * A seeded stream of random draws: xoroshiro128+ (Blackman & Vigna 2018; pure-rand's implementation).
 *
 * Streams are split by name, not by order: `random.stream('bootstrap')` draws the same numbers whatever other
 * streams were used before it, so that adding a consumer never changes another one's draws.
 */
export class Random {
  /** Algorithm written into reports. */
  static readonly algorithm = 'xoroshiro128plus, state = SHA-256(seed/path)';

  readonly #path: string;
  readonly #generator: RandomGenerator;
  #spareNormal: number | undefined;

  constructor(seed: number | string) {
    this.#path = String(seed);
    const digest = createHash('sha256').update(this.#path).digest();
    this.#generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)));
  }

  /** The seed and the names of streams that lead here: together with the algorithm, what determines every draw. */
  get path(): string {
    return this.#path;
  }

  /** An independent stream with a name. The same seed and name give the same draws. */
  stream(name: string): Random {
    return new Random(`${this.#path}/${name}`);
  }

  /** Uniform on [0, 1), 53 bits. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** Uniform integer in [low, high), without modulo bias. */
  integer(low: number, high: number): number {
    return uniformInt(this.#generator, low, high - 1);
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  /** Fills with draws from N(mean, deviation²). */
  fillNormal(target: Float32Array, mean = 0, deviation = 1): Float32Array {
    for (let i = 0; i < target.length; i++) target[i] = mean + deviation * this.normal();
    return target;
  }

  /** Fills with draws uniform on [low, high). */
  fillUniform(target: Float32Array, low: number, high: number): Float32Array {
    for (let i = 0; i < target.length; i++) target[i] = low + (high - low) * this.uniform();
    return target;
  }

  /** Shuffles in place (Fisher–Yates). */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** One of the items, each as likely. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length)]!;
  }

  /**
   * `count` different indices below `size`, ascending, each subset as likely (Floyd's algorithm).
   *
   * @throws RangeError when more are asked for than there are.
   */
  choose(size: number, count: number): Uint32Array {
    if (count > size) throw new RangeError(`Cannot choose ${count} of ${size} without repetition`);
    const chosen = new Set<number>();
    for (let upper = size - count; upper < size; upper++) {
      const candidate = this.integer(0, upper + 1);
      chosen.add(chosen.has(candidate) ? upper : candidate);
    }
    return Uint32Array.from(chosen).sort();
  }
}
