/** From here on the function is ±1 in float64. */
const saturated = 6;

/**
 * The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 1e-15: e^(−x²) Σ 2ⁿx²ⁿ⁺¹ / (2n + 1)!! (Abramowitz & Stegun, 7.1.6),
 * whose terms are all of one sign.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) >= saturated) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
