/** How frequencies become mels: O'Shaughnessy's formula, as HTK has it, or that of Slaney's Auditory Toolbox. */
export type MelScale = 'htk' | 'slaney';

/** A triangle over frequencies; all weights outside are 0. */
export interface MelFilter {
  /** The first frequency bin that counts. */
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Triangular filters, evenly spaced in mels, over the bins of a power spectrum, as `mel_filter_bank` of Hugging Face's
 * `audio_utils` makes them. Filters of Slaney's scale are divided by half their width in hertz (`norm="slaney"`), those
 * of HTK's are not.
 *
 * @param bins Of the spectrum; evenly spaced from 0 to half of `samplingRate`, rounded down.
 * @param frequencies Lowest and highest, in hertz: where the first filter begins and the last one ends.
 */
export function melFilterBank(options: {
  readonly scale: MelScale;
  readonly filters: number;
  readonly bins: number;
  readonly samplingRate: number;
  readonly frequencies: readonly [lowest: number, highest: number];
}): MelFilter[] {
  const { scale, filters, bins, samplingRate } = options;
  const [lowest, highest] = options.frequencies.map((frequency) => toMel(frequency, scale)) as [
    number,
    number,
  ];
  const edges = Array.from({ length: filters + 2 }, (_, i) =>
    toHertz(lowest + ((highest - lowest) * i) / (filters + 1), scale),
  );
  const binWidth = Math.floor(samplingRate / 2) / (bins - 1);
  return Array.from({ length: filters }, (_, filter) => {
    const [left, middle, right] = edges.slice(filter, filter + 3) as [number, number, number];
    const factor = scale === 'slaney' ? 2 / (right - left) : 1;
    const first = Math.min(bins, Math.max(0, Math.ceil(left / binWidth)));
    const end = Math.max(first, Math.min(bins, Math.floor(right / binWidth) + 1));
    const weights = Float64Array.from({ length: end - first }, (_, k) => {
      const frequency = (first + k) * binWidth;
      const rising = (frequency - left) / (middle - left);
      const falling = (right - frequency) / (right - middle);
      return factor * Math.max(0, Math.min(rising, falling));
    });
    return { first, weights };
  });
}

function toMel(frequency: number, scale: MelScale): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + frequency / 700);
  return frequency < 1000 ? (3 * frequency) / 200 : 15 + Math.log(frequency / 1000) * (27 / Math.log(6.4));
}

function toHertz(mel: number, scale: MelScale): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1);
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15));
}
