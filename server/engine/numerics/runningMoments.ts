/** Count, mean and variance of a stream of numbers in float64, by Welford's update (Welford 1962). */
export class RunningMoments {
  count = 0;
  mean = 0;
  /** Sum of squared deviations from the mean. */
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const before = value - this.mean;
    this.mean += before / this.count;
    this.#squares += before * (value - this.mean);
  }

  /**
   * Takes in another set of numbers (Chan, Golub & LeVeque 1979).
   *
   * @param squares sum of their squared deviations from their own mean.
   */
  merge(count: number, mean: number, squares: number): void {
    const difference = mean - this.mean;
    const total = this.count + count;
    this.#squares += squares + (difference * difference * this.count * count) / total;
    this.mean += (difference * count) / total;
    this.count = total;
  }

  /** Population variance, dividing by the count; 0 for fewer than two numbers. */
  get variance(): number {
    return this.count < 2 ? 0 : this.#squares / this.count;
  }

  /** Population standard deviation. */
  get deviation(): number {
    return Math.sqrt(this.variance);
  }
}
