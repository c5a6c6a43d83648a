import { valueAt } from '../config/schemaWalk.ts';
import { keyAtFault } from '../engine/encoders/keyAtFault.ts';
import { unequalEncoders } from '../engine/encoders/unequalEncoders.ts';
import { factProblem, placeOfPath } from './dataProblems.ts';
import type { DocumentProblem } from './documentProblem.ts';
import { formatTemperature } from './factDescriptions.ts';
import type { Facts } from './facts.ts';
import type { GapDocument, Path } from './gapDocument.ts';
import { isProblem, learnedLogitScale, modelFactsOf, modelOf } from './knownData.ts';

/** Temperatures are written with a few digits: those that differ by less than this share are the same. */
const sameTemperature = 0.01;

/** Models that cannot be read, that do not fit one another, and temperatures that they did not learn. */
export function modelProblems(document: GapDocument, facts: Facts): DocumentProblem[] {
  return [
    ...unreadableModels(document, facts),
    ...modelNotes(document, facts),
    ...unequalDimensions(document, facts),
    ...otherTemperatures(document, facts),
  ];
}

function modalitiesIn({ value }: GapDocument): string[] {
  const encoders = valueAt(value, ['encoders']);
  return typeof encoders === 'object' && encoders !== null ? Object.keys(encoders) : [];
}

function unreadableModels(document: GapDocument, facts: Facts): DocumentProblem[] {
  return modalitiesIn(document).flatMap((modality) => {
    const known = modelOf(document.value, modality, document.uri, facts);
    if (known === undefined || !isProblem(known)) return [];
    const path = ['encoders', modality];
    const key = keyAtFault(
      known.problem.code,
      valueAt(document.value, path) as Readonly<Record<string, unknown>>,
    );
    return [factProblem(known, key === null ? path : [...path, key])];
  });
}

/** What a run will say of its models: said before it runs. */
function modelNotes(document: GapDocument, facts: Facts): DocumentProblem[] {
  return modalitiesIn(document).flatMap((modality) =>
    (modelFactsOf(document.value, modality, document.uri, facts)?.notes ?? []).map(({ code, message }) => ({
      code,
      severity: 'information' as const,
      message: `${modality}: ${message}`,
      path: placeOfPath(document.value, ['encoders', modality]),
      at: 'value' as const,
    })),
  );
}

function unequalDimensions(document: GapDocument, facts: Facts): DocumentProblem[] {
  const known = modalitiesIn(document).flatMap((name) => {
    const columns = modelFactsOf(document.value, name, document.uri, facts)?.dimension ?? null;
    return columns === null ? [] : [{ name, columns }];
  });
  const [first] = known;
  const place = (modality: string): Path => placeOfPath(document.value, ['encoders', modality]);
  return known.flatMap((other): DocumentProblem[] => {
    if (first === undefined || other.columns === first.columns) return [];
    return [
      {
        code: 'unequal-dimensions',
        severity: 'error',
        message: unequalEncoders(first, other),
        path: place(other.name),
        at: 'value',
        related: [{ path: place(first.name), at: 'value', message: `Gives dimension ${first.columns}` }],
      },
    ];
  });
}

function otherTemperatures(document: GapDocument, facts: Facts): DocumentProblem[] {
  const learned = learnedLogitScale(document.value, document.uri, facts);
  if (learned === undefined) return [];
  const expected = formatTemperature(learned);
  const entries = document.entriesOf(document.entryAt(['experiments']) ?? { path: [], value: null });
  const metrics = entries.flatMap(({ path }) =>
    document.entriesOf(document.entryAt([...path, 'metrics']) ?? { path: [], value: null }),
  );
  return metrics.flatMap(({ path }): DocumentProblem[] => {
    const found = valueAt(document.value, [...path, 'temperature']);
    if (typeof found !== 'number' || Math.abs(found * learned - 1) <= sameTemperature) return [];
    return [
      {
        code: 'temperature-not-learned',
        severity: 'information',
        message: `The temperature is ${found}; the model learned ${expected}, at which its loss was trained`,
        path: [...path, 'temperature'],
        at: 'value',
        suggestion: expected,
        allowed: [expected],
      },
    ];
  });
}
