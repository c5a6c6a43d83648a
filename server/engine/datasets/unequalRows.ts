import { InputError } from '../problems.ts';

/** A modality with its number of rows, and where they are, for messages. */
export interface CountedRows {
  readonly modality: string;
  readonly rows: number;
  readonly file: string;
  /** Length of its embeddings; nothing where its items are something else. */
  readonly columns?: number;
  /** The place in the file; the file itself unless given. */
  readonly where?: string;
}

/** So many captions of an image are common; a larger ratio is another mistake. */
const mostPerRow = 50;

/**
 * The error `unequal-rows`: two modalities have different numbers of rows. Says what helps where the numbers tell it: rows
 * that each belong to several of the other modality, or a matrix that is transposed.
 */
export function unequalRows(first: CountedRows, second: CountedRows): InputError {
  const [one, other] = [first, second].map(({ where, file }) => where ?? file);
  const counts =
    one === other
      ? `${one}: ${first.modality} has ${first.rows} rows, ${second.modality} ${second.rows}`
      : `${first.modality} has ${first.rows} rows (${one}), ${second.modality} ${second.rows} (${other})`;
  const advice = adviceFor(first, second);
  const message = `${counts}; row i of each must belong together${advice === null ? '' : `. ${advice}`}`;
  return new InputError('unequal-rows', message, { file: second.file });
}

function adviceFor(first: CountedRows, second: CountedRows): string | null {
  if (first.rows === second.columns && first.columns === second.rows) {
    return 'The shape of one is that of the other transposed: save the one whose rows are dimensions as x.T';
  }
  const [few, many] = first.rows < second.rows ? [first, second] : [second, first];
  const ratio = many.rows / few.rows;
  if (!Number.isInteger(ratio) || ratio > mostPerRow) return null;
  return `Where each row of ${few.modality} belongs to ${ratio} rows of ${many.modality} that follow one another, save np.repeat(${few.modality}, ${ratio}, axis=0): repeated rows are one item`;
}
