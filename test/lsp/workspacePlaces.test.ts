import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathOf, WorkspacePlaces } from '../../server/lsp/workspacePlaces.ts';

const options = { storageFolder: '/storage', runsFolder: 'modality-gap-runs' };

describe('WorkspacePlaces', () => {
  it('puts runs into the workspace folder that their data are in, else into the first', () => {
    const places = new WorkspacePlaces(options);
    places.setFolders(['file:///project/one', 'file:///project/two', 'vscode-vfs://github/three']);
    expect(places.folders).toEqual(['/project/one', '/project/two']);
    expect(places.runRootFor('/project/two/deep')).toBe('/project/two/modality-gap-runs');
    expect(places.runRootFor('/project/two')).toBe('/project/two/modality-gap-runs');
    expect(places.runRootFor('/project/twofold')).toBe('/project/one/modality-gap-runs');
    expect(places.runRoots).toEqual([
      '/project/one/modality-gap-runs',
      '/project/two/modality-gap-runs',
      join('/storage', 'runs'),
    ]);
  });

  it('puts runs into the extension’s own folder where there is no workspace', () => {
    const places = new WorkspacePlaces(options);
    expect(places.runRootFor('/anywhere')).toBe('/storage/runs');
  });
});

describe('outputFolder', () => {
  const places = new WorkspacePlaces(options);
  places.setFolders(['file:///project/one', 'file:///project/two']);

  it('starts in the folder of the experiment file', () => {
    expect(places.outputFolder('results', '/project/one/deep')).toBe('/project/one/deep/results');
    expect(places.outputFolder('../results', '/project/one/deep')).toBe('/project/one/results');
    expect(places.outputFolder('/project/two/results', '/project/two')).toBe('/project/two/results');
  });

  it.each([
    ['..', '/project/one/deep'],
    ['../../results', '/project/one/deep'],
    ['/project/two/results', '/project/one'],
    ['/elsewhere', '/project/one'],
    ['results', '/elsewhere'],
  ])('refuses %s of a file in %s', (output, baseFolder) => {
    expect(() => places.outputFolder(output, baseFolder)).toThrow(
      expect.objectContaining({ code: 'output-outside' }) as Error,
    );
  });
});

describe('pathOf', () => {
  it('decodes, and takes files of this machine only', () => {
    expect(pathOf('file:///a/b%20c/%C3%A9')).toBe('/a/b c/é');
    for (const uri of ['vscode-vfs://github/a', 'https://a/b', 'untitled:a']) {
      expect(() => pathOf(uri)).toThrow(expect.objectContaining({ code: 'not-a-file' }) as Error);
    }
  });
});
