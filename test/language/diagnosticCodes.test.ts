import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentedCodes, explanationOf, firstSentence } from '../../server/language/diagnosticCodes.ts';

/** The sources of what people are told; programs alone read what the protocol says to one another. */
function sources(): string[] {
  return readdirSync('server', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('protocol'))
    .map((name) => join('server', name));
}

/** Codes as the sources write them: of problems, errors and notes. */
function codesIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /(?:code(?: =|:)|InputError\(|[pP]roblem\(|refuse\(|error\(|failed\(|notAllowed\(|[A-Z_]{6,}:)\s*'([a-z]+(?:-[a-z0-9]+)+)'/g;
  return [...text.matchAll(pattern)].map(([, code]) => code!);
}

describe('codes of diagnostics', () => {
  it('each that the sources write has an explanation', () => {
    const codes = new Set(sources().flatMap(codesIn));
    expect(codes.size).toBeGreaterThan(200);
    expect([...codes].filter((code) => !documentedCodes.has(code))).toEqual([]);
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
