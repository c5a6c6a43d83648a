import type { CheckedFile, FoundProblem } from './checkedFile.ts';

const commands = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' } as const;

/**
 * Workflow commands that GitHub Actions shows as annotations beside the lines: one a problem.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function githubAnnotations(files: readonly CheckedFile[]): string {
  return files
    .flatMap(({ file, problems }) => problems.map((problem) => `${annotation(file, problem)}\n`))
    .join('');
}

function annotation(file: string, { severity, message, code, range }: FoundProblem): string {
  const properties: [string, string | number][] = [['file', file]];
  if (range !== null) {
    properties.push(['line', range.start.line], ['endLine', range.end.line]);
    // Columns are for one line; the end is the last one, not the one after.
    if (range.start.line === range.end.line) {
      const last = Math.max(range.start.column, range.end.column - 1);
      properties.push(['col', range.start.column], ['endColumn', last]);
    }
  }
  properties.push(['title', code]);
  const list = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${commands[severity]} ${list}::${escapeData(message)}`;
}

/** A line break would end the command; `%` begins what stands for one. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
