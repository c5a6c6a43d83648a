import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from 'vscode-languageserver-types';
import { InputError } from '../engine/problems.ts';
import { WorkspaceFacts, type MissingFact } from '../facts/workspaceFacts.ts';
import { diagnosticsOf } from '../language/diagnostics.ts';
import { noFacts, type Facts } from '../language/facts.ts';
import { GapDocument } from '../language/gapDocument.ts';
import { readConfigFile } from '../runs/readConfigFile.ts';
import type { InspectionWorker } from '../runs/inspectionWorker.ts';
import type { CheckedFile, FoundProblem } from './checkedFile.ts';

/** Milliseconds; Node.js takes longer ones for none at all. */
const longestTimer = 2 ** 31 - 1;

/** How the files that a configuration names are looked at. */
export interface Inspection {
  readonly worker: InspectionWorker;
  /** What is not known after so many seconds is left out. */
  readonly seconds: number;
}

/**
 * Checks a configuration without running it. What its text tells is found at once; what it names is looked at by a
 * worker until all is known that the problems depend on.
 *
 * @param inspection Null where the text alone is checked.
 * @throws the signal's reason where it is aborted meanwhile.
 */
export async function checkConfigFile(
  file: string,
  inspection: Inspection | null,
  signal: AbortSignal,
): Promise<CheckedFile> {
  try {
    const text = await readConfigFile(file);
    const uri = pathToFileURL(file).href;
    const document = new GapDocument(TextDocument.create(uri, 'gap-yaml', 1, text));
    const { problems, missing } =
      inspection === null
        ? { problems: problemsOf(document, noFacts), missing: [] }
        : await problemsWithFacts(document, inspection, signal);
    return { file, isValid: problems.every(({ severity }) => severity !== 'error'), problems, missing };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, message } = error;
    return {
      file,
      isValid: false,
      problems: [{ code, severity: 'error', message, range: null }],
      missing: [],
    };
  }
}

/** Asks again until no answer raises another question, or the time is over. */
async function problemsWithFacts(
  document: GapDocument,
  { worker, seconds }: Inspection,
  signal: AbortSignal,
): Promise<{ problems: FoundProblem[]; missing: MissingFact[] }> {
  // Runs of before belong to a workspace, which a command has none of.
  const facts = new WorkspaceFacts(null, worker, { isTrusted: true });
  const limit = AbortSignal.timeout(Math.min(seconds * 1000, longestTimer));
  const end = AbortSignal.any([signal, limit]);
  const ended = new Promise<void>((resolve) => {
    end.addEventListener('abort', () => {
      resolve();
    });
  });
  try {
    for (;;) {
      signal.throwIfAborted();
      const problems = problemsOf(document, facts);
      if (!facts.isLooking || end.aborted) return { problems, missing: facts.missing() };
      await Promise.race([facts.settled(), ended]);
    }
  } finally {
    facts.close();
    // What is looked at still may be native code that hears of nothing; the next file gets another process.
    if (end.aborted) await worker.kill();
  }
}

function problemsOf(document: GapDocument, facts: Facts): FoundProblem[] {
  return diagnosticsOf(document, facts, { docsUri: null }).map(problemOf);
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

/** Editors count lines and characters from 0, and severities from 1. */
function problemOf({ code, severity = 1, message, range: { start, end } }: Diagnostic): FoundProblem {
  return {
    code: String(code),
    severity: severities[severity - 1]!,
    message: typeof message === 'string' ? message : message.value,
    range: {
      start: { line: start.line + 1, column: start.character + 1 },
      end: { line: end.line + 1, column: end.character + 1 },
    },
  };
}
