import type { CheckedFile } from './checkedFile.ts';

/** What was found, for scripts: lines and columns count from 1, ends are exclusive. */
export function validationJson(files: readonly CheckedFile[]): string {
  const isValid = files.every((checked) => checked.isValid);
  return `${JSON.stringify({ isValid, files }, null, 2)}\n`;
}
