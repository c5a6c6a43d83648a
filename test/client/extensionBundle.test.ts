import { readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';

const bundle = 'dist/extension.cjs';

describe(bundle, () => {
  it('is small: its size is time when the extension starts', () => {
    expect(statSync(bundle).size).toBeLessThan(500_000);
  });

  it('is installed by no editor that the language client would refuse, which does not look any more', () => {
    const neededBy = (manifest: string): [number, number] => {
      const { engines } = JSON.parse(readFileSync(manifest, 'utf8')) as { engines: { vscode: string } };
      const [, major, minor] = /^\^(\d+)\.(\d+)\.0$/.exec(engines.vscode)!;
      return [Number(major), Number(minor)];
    };
    const [own, client] = ['package.json', 'node_modules/vscode-languageclient/package.json'].map(neededBy);
    expect(own![0]).toBe(client![0]);
    expect(own![1]).toBeGreaterThanOrEqual(client![1]);
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
