import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentedCodes, explanationOf, firstSentence } from '../../server/language/diagnosticCodes.ts';

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

/** Codes of what is thrown, in a file or in the files below a folder. */
function errorCodesIn(place: string): string[] {
  const files = place.endsWith('.ts')
    ? [place]
    : readdirSync(place).flatMap((name) => (name.endsWith('.ts') ? [join(place, name)] : []));
  return files.flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(
        /(?:InputError|problem|Problem|refuse)\(\s*'([a-z]+(?:-[a-z0-9]+)+)'/g,
      ),
    ].map(([, code]) => code!),
  );
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

  it.each([
    'server/engine/datasets',
    'server/engine/datasets/pytorch',
    'server/engine/encoders/modelSource',
    'server/runs/readConfigFile.ts',
  ])('%s: each of an error in the input has an explanation', (place) => {
    const codes = [...new Set(errorCodesIn(place))];
    expect(codes.length).toBeGreaterThan(2);
    expect(codes.filter((code) => !documentedCodes.has(code))).toEqual([]);
  });

  it('explanations are sentences, the first of which can stand alone', () => {
    for (const code of documentedCodes) {
      const text = explanationOf(code)!;
      expect(text).toMatch(/^[^\s].*\.$/);
      expect(firstSentence(text)).toMatch(/^.{12,}\.$/);
      expect(text.startsWith(firstSentence(text))).toBe(true);
    }
    expect(explanationOf('no-such-code')).toBeUndefined();
    expect(firstSentence('Write `a.npy`. Then wait.')).toBe('Write `a.npy`.');
  });
});
