import { z } from 'zod';

// What feature extractors are configured with. The bounds are above what models use: a file comes from anywhere,
// and memory is reserved by these numbers.

export const samplingRate = z.int().min(1000).max(192_000);
/** Whole, as the product with the rate is a number of samples. */
export const seconds = z.int().min(1).max(60);
export const filterCount = z.int().min(1).max(256);
export const hopLength = z.int().min(64).max(65_536);
export const windowLength = z.int().min(2).max(65_536).multipleOf(2);
export const frequency = z.number().min(0).max(96_000);
