import type { DataDescription } from '../../server/protocol/worker.ts';
import { sampleRows } from './choices.ts';
import type { ModelFindings } from './encoderModels.ts';
import { askOne, backWith, type Answer } from './questions.ts';
import type { Outcome, StepPlace } from './steps.ts';

/** How much is measured, and whether it is kept as a file. */
export interface EndChoice {
  readonly limit: number | null;
  readonly isSaved: boolean;
}

/**
 * Asks what is to be done with what was chosen.
 *
 * @param findings of the models; null where there are none to look into.
 */
export async function askEnd(
  title: string,
  description: DataDescription,
  findings: Promise<ModelFindings> | null,
  place: StepPlace,
): Promise<Outcome<EndChoice>> {
  const outcome = await askOne(
    { title, placeholder: findings === null ? 'Ready' : 'Looking into the model', place },
    findings === null
      ? endAnswers(description, null)
      : findings.then((found) => endAnswers(description, found)),
  );
  if (outcome.kind !== 'next') return outcome;
  if (typeof outcome.state === 'string') return backWith(outcome.state, place);
  return { kind: 'next', state: outcome.state };
}

/** Where a model cannot be used, first why, whose value is the reason. */
function endAnswers({ rows }: DataDescription, findings: ModelFindings | null): Answer<EndChoice | string>[] {
  const save = {
    label: '$(save) Save as an experiment file and measure…',
    detail: 'A *.gap.yaml that can be edited, kept and run again',
    value: { limit: null, isSaved: true },
  };
  if (findings?.kind === 'unusable') {
    return [{ label: `$(error) ${findings.problem}`, detail: findings.reason, value: findings.reason }, save];
  }
  const isLarge = rows === null || rows > sampleRows;
  const all = rows === null ? 'all rows' : `${rows.toLocaleString('en')} rows`;
  return [
    {
      label: `$(play) Measure ${all}`,
      value: { limit: null, isSaved: false },
      ...(findings !== null && { detail: findings.description }),
    },
    ...(isLarge
      ? [
          {
            label: `$(run-below) Measure ${sampleRows.toLocaleString('en')} rows first`,
            value: { limit: sampleRows, isSaved: false },
          },
        ]
      : []),
    save,
  ];
}
