import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startCodeServer, type CodeServer, type EditorHost } from './codeServer.ts';
import { Workbench } from './workbench.ts';

/** An editor with an open folder. */
export interface OpenEditor {
  readonly workbench: Workbench;
  readonly server: CodeServer;
  /** The open folder, absolute. */
  readonly workspace: string;
}

/**
 * One editor for all tests of a file, with a workspace of its own. After the tests it says whether anything asked for
 * something outside of this machine, or broke a security policy.
 *
 * @param fill writes the workspace's files.
 * @returns a function that gives the editor, once it is open.
 */
export function useWorkbench(
  host: EditorHost | null,
  fill: (workspace: string) => Promise<void>,
  { isTrusted = true }: { readonly isTrusted?: boolean } = {},
): () => OpenEditor {
  let editor: OpenEditor | undefined;
  let workspace: string;
  let server: CodeServer | undefined;

  beforeAll(async () => {
    if (host === null) return;
    workspace = await mkdtemp(join(tmpdir(), 'modality-gap-workspace-'));
    await fill(workspace);
    server = await startCodeServer(host, isTrusted);
    editor = { workbench: await Workbench.open(server, host.chromium, workspace), server, workspace };
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      await editor?.workbench.picture(`failed ${task.name.replace(/[^\w -]/g, '').slice(0, 80)}`);
    }
  });

  afterAll(async () => {
    await editor?.workbench.close();
    await server?.stop();
    if (editor === undefined) return;
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
    expect(editor.workbench.outsideRequests).toEqual([]);
    expect(editor.workbench.complaints).toEqual([]);
  });

  return () => {
    if (editor === undefined) throw new Error('The editor is not open');
    return editor;
  };
}
