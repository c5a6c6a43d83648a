import { formatConfigProblem } from '../config/configProblem.ts';
import { parseConfig } from '../config/parseConfig.ts';
import { InputError } from '../engine/problems.ts';
import { formatInputError } from './commandError.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { readConfigFile } from './readConfigFile.ts';
import type { Terminal } from './terminal.ts';

/** Checks configurations without running them: every problem of every file. Data and models are not looked up. */
export async function validate(files: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let valid = 0;
  for (const file of files) {
    const { isValid, lines } = await validateFile(file);
    lines.forEach(terminal.err);
    if (isValid) {
      valid += 1;
      await terminal.out(`${file}: valid\n`);
    }
  }
  return valid === files.length ? exitCodes.done : exitCodes.wrongUsage;
}

async function validateFile(file: string): Promise<{ isValid: boolean; lines: string[] }> {
  try {
    const { config, problems } = parseConfig(await readConfigFile(file), file);
    return { isValid: config !== undefined, lines: problems.map(formatConfigProblem) };
  } catch (error) {
    if (error instanceof InputError) return { isValid: false, lines: [formatInputError(error)] };
    throw error;
  }
}
