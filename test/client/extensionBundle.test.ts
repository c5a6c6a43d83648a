import { readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';

const bundle = 'dist/extension.cjs';

describe(bundle, () => {
  it('is small: its size is time when the extension starts', () => {
    expect(statSync(bundle).size).toBeLessThan(500_000);
  });

  it('loads the editor and Node, and no package', () => {
    const required = [...readFileSync(bundle, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(
      ([, name]) => name!,
    );
    expect(required).toContain('vscode');
    const outside = required.filter(
      (name) => name !== 'vscode' && !builtinModules.includes(name.replace(/^node:/, '').split('/')[0]!),
    );
    expect(outside).toEqual([]);
  });
});
