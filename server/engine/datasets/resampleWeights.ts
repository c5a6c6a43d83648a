/** Filters by Pillow's names for them; `nearest` takes no weights. */
export type WeightedFilter = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** What output pixels `first … first + count − 1` of one axis are made of, as `resampleKernel.as.ts` takes it. */
export interface ResampleWeights {
  /** Three numbers an output pixel: its first input pixel, counted from `from`, its number of pairs of taps, its first pair. */
  readonly spans: Int32Array;
  /** Four numbers a pair of taps: the weights' high parts, then their low parts. */
  readonly pairs: Int16Array;
  /** The input pixels that are used: `from … to − 1`. */
  readonly from: number;
  readonly to: number;
}

interface Kernel {
  /** Zero outside −support … support. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

const kernels: Readonly<Record<WeightedFilter, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Pillow has these two as C's float constants. */
const hammingConstants = [Math.fround(0.54), Math.fround(0.46)] as const;

function hamming(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= 1) return 0;
  return sinc(x) * (hammingConstants[0] + hammingConstants[1] * Math.cos(x * Math.PI));
}

/** Keys's cubic convolution with a = −0.5. */
function bicubic(signed: number): number {
  const x = Math.abs(signed);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

const one = 2 ** 22;
const lowBits = 12;

/**
 * The weights with which Pillow's `ImagingResample` (Resample.c, `precompute_coeffs` and `normalize_coeffs_8bpc`)
 * resamples an axis of 8-bit pixels: the filter is widened by the scale where the image shrinks, cut at the image's
 * edges, normalised to a sum of 1 in float64, and rounded to 22 fractional bits.
 *
 * @param first The first output pixel that is wanted.
 * @param count How many are wanted, at least 1.
 */
export function resampleWeights(
  inputLength: number,
  outputLength: number,
  filter: WeightedFilter,
  first: number,
  count: number,
): ResampleWeights {
  const kernel = kernels[filter];
  const scale = inputLength / outputLength;
  const filterScale = Math.max(1, scale);
  const support = kernel.support * filterScale;
  // Multiplied by, as Pillow does: dividing would round differently.
  const inverseScale = 1 / filterScale;
  const weights = new Float64Array(Math.ceil(support) * 2 + 1);
  const spans = new Int32Array(3 * count);
  const pairs = new Int16Array(4 * count * Math.ceil(weights.length / 2));
  let pair = 0;
  let from = 0;
  let to = 0;
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    to = Math.min(inputLength, Math.trunc(centre + support + 0.5));
    const taps = to - start;
    let total = 0;
    for (let tap = 0; tap < taps; tap++) {
      weights[tap] = kernel.weight((tap + start - centre + 0.5) * inverseScale);
      total += weights[tap]!;
    }
    if (i === 0) from = start;
    spans.set([start - from, Math.ceil(taps / 2), pair], 3 * i);
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[tap]! / (total === 0 ? 1 : total);
      const fixed = Math.trunc(weight * one + (weight < 0 ? -0.5 : 0.5));
      const at = 4 * (pair + (tap >> 1)) + (tap & 1);
      pairs[at] = fixed >> lowBits;
      pairs[at + 2] = fixed & ((1 << lowBits) - 1);
    }
    pair += Math.ceil(taps / 2);
  }
  return { spans, pairs: pairs.subarray(0, 4 * pair), from, to };
}
