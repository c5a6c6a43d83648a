/**
 * The discrete Fourier transform of real sequences of one length, as power: |X₀|² to |X_{n/2}|².
 *
 * The sequence's halves of even and odd places are taken for the real and imaginary parts of a complex sequence of
 * n / 2, which goes through Stockham's self-sorting algorithm of mixed radix: O(n · sum of the prime factors of n),
 * whatever n is, and without a permutation at the end.
 */
export class RealFourier {
  /** Of the sequence, n; even. */
  readonly length: number;
  readonly #radices: readonly number[];
  /** cos and sin of −2π·k/n, for k below n. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  #re: Float64Array;
  #im: Float64Array;
  #nextRe: Float64Array;
  #nextIm: Float64Array;

  constructor(length: number) {
    if (!Number.isInteger(length) || length < 2 || length % 2 !== 0) {
      throw new RangeError(`A transform of ${length} values, expected an even number of them`);
    }
    this.length = length;
    this.#radices = radicesOf(length / 2);
    this.#cos = Float64Array.from({ length }, (_, k) => Math.cos((-2 * Math.PI * k) / length));
    this.#sin = Float64Array.from({ length }, (_, k) => Math.sin((-2 * Math.PI * k) / length));
    const half = () => new Float64Array(length / 2);
    [this.#re, this.#im, this.#nextRe, this.#nextIm] = [half(), half(), half(), half()];
  }

  /** Writes the power of `sequence`, n values, to `power`, n / 2 + 1 values. */
  power(sequence: Float64Array, power: Float64Array): void {
    const half = this.length / 2;
    for (let k = 0; k < half; k++) {
      this.#re[k] = sequence[2 * k]!;
      this.#im[k] = sequence[2 * k + 1]!;
    }
    this.#transform();
    // X_k = E_k + w^k·O_k, where E and O, the transforms of the even and the odd places, are what is symmetric and
    // what is antisymmetric in the complex transform.
    for (let k = 0; k <= half; k++) {
      const at = k === half ? 0 : k;
      const mirror = k === 0 ? 0 : half - k;
      const evenRe = (this.#re[at]! + this.#re[mirror]!) / 2;
      const evenIm = (this.#im[at]! - this.#im[mirror]!) / 2;
      const oddRe = (this.#im[at]! + this.#im[mirror]!) / 2;
      const oddIm = (this.#re[mirror]! - this.#re[at]!) / 2;
      const cos = this.#cos[k]!;
      const sin = this.#sin[k]!;
      const re = evenRe + oddRe * cos - oddIm * sin;
      const im = evenIm + oddRe * sin + oddIm * cos;
      power[k] = re * re + im * im;
    }
  }

  #transform(): void {
    let remaining = this.length / 2;
    let stride = 1;
    for (const radix of this.#radices) {
      if (radix === 4) this.#pass4(remaining, stride);
      else this.#pass(radix, remaining, stride);
      [this.#re, this.#nextRe] = [this.#nextRe, this.#re];
      [this.#im, this.#nextIm] = [this.#nextIm, this.#im];
      remaining /= radix;
      stride *= radix;
    }
  }

  /** Butterflies of four, which need no multiplications within. */
  #pass4(remaining: number, stride: number): void {
    const [re, im, nextRe, nextIm] = [this.#re, this.#im, this.#nextRe, this.#nextIm];
    const [cos, sin] = [this.#cos, this.#sin];
    const step = this.length / remaining;
    const block = remaining / 4;
    const apart = stride * block;
    for (let k = 0; k < block; k++) {
      const cos1 = cos[k * step]!;
      const sin1 = sin[k * step]!;
      const cos2 = cos[2 * k * step]!;
      const sin2 = sin[2 * k * step]!;
      const cos3 = cos[3 * k * step]!;
      const sin3 = sin[3 * k * step]!;
      for (let q = 0; q < stride; q++) {
        const from = q + stride * k;
        const to = q + stride * 4 * k;
        const aRe = re[from]!;
        const aIm = im[from]!;
        const bRe = re[from + apart]!;
        const bIm = im[from + apart]!;
        const cRe = re[from + 2 * apart]!;
        const cIm = im[from + 2 * apart]!;
        const dRe = re[from + 3 * apart]!;
        const dIm = im[from + 3 * apart]!;
        nextRe[to] = aRe + cRe + bRe + dRe;
        nextIm[to] = aIm + cIm + bIm + dIm;
        const oneRe = aRe - cRe + (bIm - dIm);
        const oneIm = aIm - cIm - (bRe - dRe);
        nextRe[to + stride] = oneRe * cos1 - oneIm * sin1;
        nextIm[to + stride] = oneRe * sin1 + oneIm * cos1;
        const twoRe = aRe + cRe - (bRe + dRe);
        const twoIm = aIm + cIm - (bIm + dIm);
        nextRe[to + 2 * stride] = twoRe * cos2 - twoIm * sin2;
        nextIm[to + 2 * stride] = twoRe * sin2 + twoIm * cos2;
        const threeRe = aRe - cRe - (bIm - dIm);
        const threeIm = aIm - cIm + (bRe - dRe);
        nextRe[to + 3 * stride] = threeRe * cos3 - threeIm * sin3;
        nextIm[to + 3 * stride] = threeRe * sin3 + threeIm * cos3;
      }
    }
  }

  #pass(radix: number, remaining: number, stride: number): void {
    const [re, im, nextRe, nextIm] = [this.#re, this.#im, this.#nextRe, this.#nextIm];
    const [cos, sin, length] = [this.#cos, this.#sin, this.length];
    const block = remaining / radix;
    nextRe.fill(0);
    nextIm.fill(0);
    for (let k = 0; k < block; k++) {
      for (let r = 0; r < radix; r++) {
        const to = stride * (radix * k + r);
        for (let j = 0; j < radix; j++) {
          const from = stride * (k + block * j);
          // The factor within the butterfly and the one behind it in one: w^(r·(j·block + k)).
          const at = ((length / remaining) * r * (j * block + k)) % length;
          const c = cos[at]!;
          const s = sin[at]!;
          for (let q = 0; q < stride; q++) {
            const x = re[from + q]!;
            const y = im[from + q]!;
            nextRe[to + q]! += x * c - y * s;
            nextIm[to + q]! += x * s + y * c;
          }
        }
      }
    }
  }
}

/** Fours first, then primes. */
function radicesOf(length: number): number[] {
  const radices: number[] = [];
  let rest = length;
  for (let radix = 4; rest % radix === 0; rest /= radix) radices.push(radix);
  for (let radix = 2; rest > 1; radix++) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  return radices;
}
