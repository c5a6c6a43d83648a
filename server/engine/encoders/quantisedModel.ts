import type { Note } from '../../protocol/report.ts';

/** Operators whose 8-bit numbers have a scale that is taken from the whole of their input. */
const dynamic = /^(DynamicQuantize|QAttention$|QEmbedLayer)/;

/**
 * Whether a model is quantised dynamically, by the names of its operators: what is made of a row depends, by per cents,
 * on the largest and smallest numbers in its batch.
 */
export function isQuantisedByBatch(operators: readonly string[]): boolean {
  return operators.some((name) => dynamic.test(name));
}

/** What a report should say of such a model. */
export function quantisedNote(file: string): Note {
  return {
    code: 'quantised-model',
    message: `${file} computes with whole numbers of 8 bits, whose scale it takes from all of a batch: items are embedded one by one, so that none depends on the others, and embeddings are a few per cent off those of the model before it was quantised`,
  };
}
