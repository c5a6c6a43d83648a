import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { HostUnavailable, installHost } from '../../scripts/e2eHost.mjs';
import { findChromium } from '../chromium.ts';
import type { EditorHost } from './harness/codeServer.ts';
import { installExtension } from './harness/installExtension.ts';

/** Once for all tests: the editor, the browser, and the extension installed from a package built of these sources. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'modality-gap-extension-'));
  project.provide('editorHost', prepare(folder));
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}

function prepare(folder: string): EditorHost | null {
  const chromium = findChromium();
  if (chromium === undefined) {
    console.info('Skipped: the end-to-end tests need Chromium, and none was found; set CHROMIUM_PATH.');
    return null;
  }
  try {
    const editor = installHost((text) => {
      console.info(`end-to-end tests: ${text}`);
    });
    return { ...editor, chromium, extensionsFolder: installExtension(editor, folder) };
  } catch (error) {
    if (!(error instanceof HostUnavailable)) throw error;
    console.info(`Skipped: the end-to-end tests have no editor: ${error.message}.`);
    return null;
  }
}
