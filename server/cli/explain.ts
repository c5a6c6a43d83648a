import { didYouMean } from '../engine/didYouMean.ts';
import { documentedCodes, explanationOf, firstSentence } from '../language/diagnosticCodes.ts';
import { usageError } from './commandError.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';
import { textTable } from './textTable.ts';

/**
 * Prints what the code of a problem means and what to do about it; without a code, all of them with the first sentence
 * of each.
 *
 * @throws CommandError `unknown-code`.
 */
export async function explain(code: string | undefined, { out, style }: Terminal): Promise<ExitCode> {
  if (code === undefined) {
    const rows = [...documentedCodes].map((each) => [each, firstSentence(explanationOf(each)!)]);
    await out(`${textTable([{ title: 'code' }, { title: 'means' }], rows).join('\n')}\n`);
    return exitCodes.done;
  }
  const explanation = explanationOf(code);
  if (explanation === undefined) {
    const nearest = didYouMean(code, [...documentedCodes]);
    const hint = nearest === undefined ? '`modality-gap explain` lists them' : `Did you mean "${nearest}"?`;
    throw usageError('unknown-code', `No problem has the code "${code}". ${hint}`);
  }
  await out(`${style.heading(code)}\n${explanation}\n`);
  return exitCodes.done;
}
