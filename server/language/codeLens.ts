import type { CodeLens, Range } from 'vscode-languageserver-types';
import type { Facts, RunFacts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';
import { experimentNameAt, formatMeasured } from './runHistory.ts';

/** What is shown of a run above a file, the first of which there are results. */
const headlineMetrics = ['gap-distance', 'relative-modality-gap', 'mean-cosine'];

/** Values shown above an experiment. */
const MAX_VALUES = 3;

/** Above the file: run it, its last result, open that. Above each experiment: the last values that it measured. */
export function codeLenses(document: GapDocument, facts: Facts): CodeLens[] {
  if (document.root === null) return [];
  const [last] = facts.runs(document.uri) ?? [];
  const top = document.keyRange(['name']);
  return [
    {
      range: top,
      command: { title: '$(play) Run', command: 'modalityGap.runFile', arguments: [document.uri] },
    },
    ...(last === undefined
      ? []
      : [
          openLens(top, `$(history) ${describeRun(last)}`, last),
          openLens(top, '$(link-external) Open', last),
        ]),
    ...(last === undefined ? [] : experimentLenses(document, last)),
  ];
}

function experimentLenses(document: GapDocument, last: RunFacts): CodeLens[] {
  const section = document.entryAt(['experiments']);
  if (section === undefined) return [];
  return document.entriesOf(section).flatMap(({ value }, index): CodeLens[] => {
    const name = experimentNameAt(document, index);
    const measured = last.results.filter(({ experiment }) => experiment === name).slice(0, MAX_VALUES);
    if (measured.length === 0 || value === null) return [];
    const values = measured.map((result) => `${result.metric} ${formatMeasured(result)}`).join(' · ');
    return [openLens(document.rangeOf(value), values, last)];
  });
}

function openLens(range: Range, title: string, { uri }: RunFacts): CodeLens {
  return { range, command: { title, command: 'modalityGap.openRun', arguments: [uri] } };
}

/** The headline value, the day and the device of a run. */
function describeRun({ results, startedAt, device }: RunFacts): string {
  const value = headlineMetrics
    .map((metric) => results.find((result) => result.metric === metric))
    .find((result) => result !== undefined);
  return [
    ...(value === undefined ? [] : [`${value.metric} ${formatMeasured(value)}`]),
    startedAt.slice(0, 10),
    device,
  ].join(' · ');
}
