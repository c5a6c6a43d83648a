/**
 * Standard normal distribution function Φ(x), to about 1e-15 absolute, by the Taylor series about zero
 * (Marsaglia 2004, "Evaluating the Normal Distribution"); 0 or 1 beyond |x| = 8, where it is within 1e-15 of them.
 */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let sum = x;
  let term = x;
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.918_938_533_204_672_74);
}

/**
 * Standard normal quantile Φ⁻¹(p): Acklam's rational start (relative error 1e-9), then one step of Halley's method
 * on {@link normalCdf}.
 *
 * @param p in (0, 1).
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A normal quantile needs a probability in (0, 1), found ${p}`);
  const start = p < 0.024_25 ? tail(p) : p > 0.975_75 ? -tail(1 - p) : centre(p);
  const error = (normalCdf(start) - p) * Math.sqrt(2 * Math.PI) * Math.exp(0.5 * start * start);
  return start - error / (1 + 0.5 * start * error);
}

function centre(p: number): number {
  const q = p - 0.5;
  const r = q * q;
  const numerator = polynomial(
    r,
    [
      -39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269,
      -30.664_798_066_147_16, 2.506_628_277_459_239,
    ],
  );
  const denominator = polynomial(
    r,
    [
      -54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72,
      -13.280_681_552_885_72, 1,
    ],
  );
  return (numerator * q) / denominator;
}

function tail(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  const numerator = polynomial(
    q,
    [
      -0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838, -2.549_732_539_343_734,
      4.374_664_141_464_968, 2.938_163_982_698_783,
    ],
  );
  const denominator = polynomial(
    q,
    [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1],
  );
  return numerator / denominator;
}

function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
