/**
 * log10 of the share of the unit sphere in `dimension` dimensions that lies within `halfAngle` of a point:
 * ½ I_{sin²θ}((d−1)/2, ½), the regularised incomplete beta function (Li 2011). The logarithm, since the share itself
 * is below what float64 holds from some hundred dimensions on.
 *
 * @param halfAngle θ in radians, from 0 (share 0, logarithm −∞) to π (the whole sphere).
 * @param dimension at least 2.
 */
export function capShareLog10(halfAngle: number, dimension: number): number {
  if (dimension < 2) throw new RangeError(`A cap needs at least 2 dimensions, found ${dimension}`);
  if (halfAngle > Math.PI / 2) return Math.log10(1 - 10 ** capShareLog10(Math.PI - halfAngle, dimension));
  const a = (dimension - 1) / 2;
  const x = Math.sin(halfAngle) ** 2;
  if (x === 0) return -Infinity;
  // Near a right angle the series below crawls; the integral over the band between the cap and the equator does not.
  if (x > 0.9) return Math.log10(0.5 - bandShare(Math.PI / 2 - halfAngle, dimension));
  // I_x(a, ½) = x^a √(1−x) / (a B(a, ½)) · Σ_n Π (a + ½ + k)/(a + 1 + k) x
  let sum = 1;
  let term = 1;
  for (let n = 0; term > sum * 1e-17; n++) {
    term *= ((a + 0.5 + n) / (a + 1 + n)) * x;
    sum += term;
  }
  const logShare = a * Math.log(x) + 0.5 * Math.log1p(-x) - Math.log(a) - logBetaHalf(a) + Math.log(sum);
  return (logShare + Math.log(0.5)) / Math.LN10;
}

/** Share of the sphere between the equator and the latitude φ: ∫₀^φ cos^{d−2} t dt / B((d−1)/2, ½), by Simpson's rule. */
function bandShare(latitude: number, dimension: number): number {
  const steps = 2000;
  const width = latitude / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.cos(i * width) ** (dimension - 2);
  }
  return (sum * width) / 3 / Math.exp(logBetaHalf((dimension - 1) / 2));
}

/** ln B(a, ½) = ln Γ(a) + ½ ln π − ln Γ(a + ½), for positive multiples of ½. */
function logBetaHalf(a: number): number {
  // From B(½, ½) = π and B(1, ½) = 2, by B(a + 1, ½) = B(a, ½) · a / (a + ½).
  let at = Number.isInteger(a) ? 1 : 0.5;
  let log = Number.isInteger(a) ? Math.log(2) : Math.log(Math.PI);
  for (; at < a; at++) log += Math.log(at / (at + 0.5));
  return log;
}
