import type { Finding } from '../config/configProblem.ts';
import type { Path } from './gapDocument.ts';

/** Another place that explains a problem: in the same document, or a file. */
export type RelatedPlace =
  | { readonly path: Path; readonly at: 'key' | 'value'; readonly message: string }
  | { readonly uri: string; readonly message: string };

/** What is wrong with a document, or worth knowing, before its place in the text is looked up. */
export interface DocumentProblem extends Omit<Finding, 'severity'> {
  readonly severity: Finding['severity'] | 'hint';
  /** Whether what is there does nothing, and may be shown faded. */
  readonly isUnused?: boolean;
  readonly related?: readonly RelatedPlace[];
}
