import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentedCodes } from '../../server/language/diagnosticCodes.ts';

/** Codes as the sources of problems write them. */
function codesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'diagnosticCodes.ts')
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [
        ...text.matchAll(
          /(?:code(?: =|:)|error\(|failed\(|notAllowed\(|[A-Z_]{6,}:)\s*'([a-z]+(?:-[a-z]+)+)'/g,
        ),
      ].map(([, code]) => code!);
    });
}

describe('codes of diagnostics', () => {
  it.each(['server/config', 'server/language', 'server/engine/metrics'])(
    '%s: each has an explanation',
    (folder) => {
      const codes = [...new Set(codesIn(folder))];
      expect(codes.length).toBeGreaterThan(0);
      expect(codes.filter((code) => !documentedCodes.has(code))).toEqual([]);
    },
  );
});
