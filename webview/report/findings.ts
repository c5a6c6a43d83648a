import type { Report } from '../../server/protocol/report.ts';
import { formatNumber } from '../formatNumber.ts';
import { findNumber, findResult, modalityPairs } from './reportLookup.ts';
import type { ModalityPair } from './reportLookup.ts';

/** What the main numbers say in words. */
export interface Findings {
  readonly sentences: readonly string[];
  /** What the numbers do not say, and how far to trust them. */
  readonly caveats: readonly string[];
}

/** Puts a report's main numbers in words; says nothing about what was not measured. */
export function findings(report: Report): Findings {
  const pairs = modalityPairs(report);
  const only = pairs.length === 1 ? pairs[0] : undefined;
  const sentences =
    only !== undefined
      ? [distanceSentence(report, only), cosineSentence(report, only)]
      : pairs.length === 0
        ? report.modalities.map(({ name, dimension }) => coneSentence(report, name, dimension))
        : [rangeSentence(report, pairs), closerSentence(report, pairs)];
  return {
    sentences: sentences.filter((sentence) => sentence !== ''),
    caveats: [chanceCaveat(report, pairs), coneCaveat(report), qualityCaveat(pairs)].filter(
      (sentence) => sentence !== '',
    ),
  };
}

/** For three modalities and more: the nearest and the farthest two. */
function rangeSentence(report: Report, pairs: readonly ModalityPair[]): string {
  const distances = pairs.flatMap((pair) => {
    const distance = findNumber(report, 'gap-distance', pair);
    return distance === undefined ? [] : [{ pair, distance }];
  });
  distances.sort((a, b) => a.distance - b.distance);
  const [nearest, farthest] = [distances[0], distances[distances.length - 1]];
  if (nearest === undefined || farthest === undefined) return '';
  return (
    `The centres of ${nearest.pair.join(' and ')} lie nearest to each other, ${formatNumber(nearest.distance, 3)} apart, ` +
    `those of ${farthest.pair.join(' and ')} farthest, ${formatNumber(farthest.distance, 3)} apart; unit vectors can be at most 2 apart.`
  );
}

/** For three modalities and more: where partners are farther from each other than from strangers of their own kind. */
function closerSentence(report: Report, pairs: readonly ModalityPair[]): string {
  const known = pairs.flatMap((pair) => pairCosines(report, pair) ?? []);
  if (known.length === 0) return '';
  const apart = known.filter(({ matched, ofFirst, ofSecond }) => matched < Math.min(ofFirst, ofSecond));
  return (
    `In ${apart.length} of ${known.length} pairs of modalities, partners have a lower mean cosine than two different ` +
    'embeddings of either modality.'
  );
}

function pairCosines(report: Report, pair: ModalityPair) {
  const matched = findNumber(report, 'matched-cosine', pair);
  const ofFirst = findNumber(report, 'mean-cosine', [pair[0]]);
  const ofSecond = findNumber(report, 'mean-cosine', [pair[1]]);
  return matched === undefined || ofFirst === undefined || ofSecond === undefined
    ? null
    : { matched, ofFirst, ofSecond };
}

function distanceSentence(report: Report, [first, second]: ModalityPair): string {
  const distance = findNumber(report, 'gap-distance', [first, second]);
  if (distance === undefined) return '';
  const start = `The centres of ${first} and ${second} lie ${formatNumber(distance, 3)} apart`;
  const spreads = findNumber(report, 'normalized-gap', [first, second]);
  if (spreads === undefined) return `${start}; unit vectors can be at most 2 apart.`;
  const size = spreads >= 1 ? 'more than' : spreads >= 0.5 ? 'comparable to' : 'small beside';
  return `${start}: ${size} the spread within the modalities (${formatNumber(spreads, 2)} times the root mean square distance of an embedding from its own centre).`;
}

function cosineSentence(report: Report, [first, second]: ModalityPair): string {
  const cosines = pairCosines(report, [first, second]);
  if (cosines === null) return '';
  const { matched, ofFirst, ofSecond } = cosines;
  const mismatched = findNumber(report, 'mismatched-cosine', [first, second]);
  const beside = mismatched === undefined ? '' : `, a mismatched pair ${formatNumber(mismatched, 3)}`;
  const numbers =
    `A matched pair has a mean cosine of ${formatNumber(matched, 3)}${beside}; ` +
    `two different ${first} embeddings have ${formatNumber(ofFirst, 3)}, two ${second} embeddings ${formatNumber(ofSecond, 3)}`;
  if (matched < Math.min(ofFirst, ofSecond)) {
    return `${numbers}: on average, an embedding is closer to another of its own modality than to its own partner.`;
  }
  if (matched > Math.max(ofFirst, ofSecond)) {
    return `${numbers}: on average, an embedding is closer to its partner than to others of its own modality.`;
  }
  return `${numbers}.`;
}

function coneSentence(report: Report, name: string, dimension: number): string {
  const mean = findNumber(report, 'mean-cosine', [name]);
  if (mean === undefined) return '';
  return (
    `Two different ${name} embeddings have a mean cosine of ${formatNumber(mean, 3)}; directions spread evenly over ` +
    `the sphere in ${dimension} dimensions would have 0, with a standard deviation of ${formatNumber(1 / Math.sqrt(dimension), 3)}.`
  );
}

/**
 * Two samples of n rows from one distribution of spread s (root mean square distance from the centre) have centres
 * s·√(2/n) apart in the root mean square.
 */
function chanceCaveat(report: Report, pairs: readonly ModalityPair[]): string {
  const rows = Math.min(...report.modalities.map((modality) => modality.rows));
  const chances = pairs.flatMap((pair) => {
    const distance = findNumber(report, 'gap-distance', pair);
    const spreads = findNumber(report, 'normalized-gap', pair);
    return distance === undefined || spreads === undefined || spreads === 0
      ? []
      : [(distance / spreads) * Math.sqrt(2 / rows)];
  });
  if (chances.length === 0) return '';
  return (
    `With ${formatNumber(rows)} rows, the centres of two independent samples of one distribution with this spread would ` +
    `lie about ${formatNumber(Math.max(...chances), 3)} apart by chance; a measured distance near that shows no gap.`
  );
}

function coneCaveat(report: Report): string {
  const measured = report.modalities.some(
    ({ name }) => findResult(report, 'mean-cosine', [name]) !== undefined,
  );
  return measured
    ? 'A mean cosine describes the average of all pairs; it bounds no region of the sphere. The histograms show how far single pairs stray from it.'
    : '';
}

function qualityCaveat(pairs: readonly ModalityPair[]): string {
  return pairs.length === 0
    ? ''
    : 'A gap is neither good nor bad by itself: whether closing it helps is a question for the loss and for the tasks at hand.';
}
