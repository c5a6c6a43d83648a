import { dataExplanations } from './dataCodes.ts';
import { runExplanations } from './runCodes.ts';

/** What a code means that is found in a configuration itself, and what to do about it. */
const configExplanations: Readonly<Record<string, string>> = {
  'config-unreadable': 'There is no such file, or it may not be read.',
  'config-too-large':
    'A configuration is a page or two. The file is larger than 1 MiB: something else, most likely.',
  'config-not-utf8': 'The file is not UTF-8 text. Save it in that encoding.',
  'not-checked':
    'Something that a configuration names could not be looked at in time, or the process that did so ended. That nothing was found there does not say that nothing is wrong.',
  'yaml-syntax':
    'The text is not YAML at this place: an open bracket or quote, or a line with too little indentation.',
  'yaml-tab': 'YAML is indented with spaces; a tab is no indentation.',
  'yaml-key-not-text': 'A key must be a text.',
  'yaml-unknown-tag': 'The tag is not one of YAML’s own; what follows it is read as if it were not there.',
  'yaml-too-deep': 'The text is nested deeper than any configuration is.',
  'yaml-unknown-anchor': 'An alias (`*name`) needs an anchor (`&name`) before it.',
  'yaml-too-many-aliases': 'Aliases of aliases expand to more than is read. Write the values out.',
  'duplicate-key': 'A mapping has the same key twice. Remove one of them.',
  'multiple-documents': 'A file holds one configuration; `---` begins a second one.',
  'empty-document': 'The file has nothing in it but, at most, comments. `name` and `data` are needed.',
  'unknown-key': 'No key of that name may stand here. Completion lists those that may.',
  'missing-key': 'A key that is required is not there.',
  'unknown-kind': 'No reader, encoder, experiment, metric or network has that kind.',
  'wrong-type': 'The value is of another type than the key takes.',
  'not-allowed': 'The value is none of those that the key takes.',
  'out-of-range': 'The number, or the length of the text or list, is outside the range of the key.',
  'wrong-format': 'The text has not the form that the key takes.',
  'duplicate-name': 'Names tell experiments apart in results. Each needs one of its own.',
  'file-missing': 'There is no file at that path. Paths start at the folder of the configuration.',
  'folder-missing': 'There is no folder at that path. Paths start at the folder of the configuration.',
  'not-a-file': 'The path leads to a folder where a file is read.',
  'not-a-folder': 'The path leads to a file where a folder is read.',
  'column-missing': 'The table has no column of that name. The names of columns are compared to the letter.',
  'unknown-modality': 'The data have no modality of that name.',
  'unknown-class': 'No row of the data is of the class. The names of classes are compared to the letter.',
  'labels-missing':
    '`classes` takes rows by their labels, and the data have none: name the column of a table with `labels`, give a folder `layout: classes`, or remove the key.',
  'class-repeated': 'The class is in the list already.',
  'missing-encoder': 'The data have a modality that nothing embeds. Name an encoder for each of them.',
  'no-encoders':
    'Rows have to be embedded and no encoder is named: networks with random weights are used. They show the gap that is there before training.',
  'encoder-not-used': 'The data are embeddings already, or have no such modality: the encoder does nothing.',
  'encoder-content': 'The encoder does not embed what the modality is made of.',
  'unequal-rows': 'Row i of each modality belongs together, so that all must have the same number of rows.',
  'unequal-dimensions':
    'Distances and cosines between modalities need embeddings of one dimension. Take encoders that were trained together.',
  'batch-larger-than-data': 'A batch of the contrastive loss cannot have more pairs than there are rows.',
  'k-not-below-rows':
    'Where a metric looks at the k nearest rows and there are no more than k, every row is among them: the value is 1 whatever the embeddings are. Take more rows, or leave the metric out.',
  'temperature-not-learned':
    'The loss depends on the temperature. At another one than the model learned, it is not the loss that the model was trained with.',
  'sampling-not-used': '`sampling` says which rows `limit` takes. Without `limit` all rows are taken.',
  'metric-repeated': 'The metric is in the list already.',
  'anchor-not-used': 'No alias refers to the anchor.',
  'run-exceeds-memory': 'The estimate of the memory that the run takes is more than the machine has.',
  'run-takes-long': 'The estimate of the time that the run takes is more than ten minutes.',
  'results-out-of-date':
    'The last results were measured with another configuration, or the data have been changed since. Run again.',
};

const explanations: ReadonlyMap<string, string> = new Map([
  ...Object.entries(configExplanations),
  ...Object.entries(dataExplanations),
  ...Object.entries(runExplanations),
]);

/** The codes that the page has a section for, in its order. */
export const documentedCodes: ReadonlySet<string> = new Set(explanations.keys());

/** What a code means and what to do about it, in one sentence or several; undefined for codes that are not documented. */
export function explanationOf(code: string): string | undefined {
  return explanations.get(code);
}

/** The first sentence of an explanation. */
export function firstSentence(explanation: string): string {
  return /^.+?\.(?=\s|$)/s.exec(explanation)?.[0] ?? explanation;
}

/** The page that diagnostics link to, as Markdown: a section for each code. */
export function formatDiagnosticDocs(): string {
  const sections = [...explanations].map(([code, explanation]) => `## ${code}\n\n${explanation}\n`);
  const intro =
    'What the editor and `modality-gap validate` say about a `*.gap.yaml` file and about the data and models that it names, and what a run says, by code. `modality-gap explain <code>` prints the same.';
  return `# Diagnostics\n\n${intro}\n\n${sections.join('\n')}`;
}
